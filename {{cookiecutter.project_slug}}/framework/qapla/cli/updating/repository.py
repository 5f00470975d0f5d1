"""The git repository that a project is in: the project may be a directory below its root."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qapla.cli.updating.git import git, paths, reason, run_git
from qapla.exceptions import UpdateError
from qapla.scaffold.project import PYPROJECT


class Repository:
    """The repository of a project.

    Args:
        root: The directory of the project.

    Raises:
        UpdateError: It is in no repository.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        done = run_git("rev-parse", "--show-prefix", directory=root)
        if done.returncode:
            raise UpdateError(
                f"{root} is in no git repository: type `git init`, `git add --all` and "
                "`git commit`, as an update merges with git"
            )
        self.prefix = done.stdout.strip()

    def refuse_changes(self) -> None:
        """Refuse a working tree that is not as it was committed.

        Raises:
            UpdateError: It has changes, or untracked files.
        """
        if git("status", "--porcelain", "--untracked-files=normal", directory=self.root):
            raise UpdateError(
                "the working tree has changes, which an update would mix with its own: commit or "
                "stash them first (`git status` lists them)"
            )
        if PYPROJECT not in self.tracked():
            raise UpdateError(
                f"git does not track {self.root / PYPROJECT}: commit the project first"
            )

    def tracked(self) -> set[str]:
        """Return the paths of the files of the project that git tracks."""
        return set(paths(git("ls-files", "-z", directory=self.root)))

    def commit(
        self, directory: Path, files: Iterable[str], subject: str, parent: str | None = None
    ) -> str:
        """Return a commit that has other files in the place of the project, and is on no branch.

        Args:
            directory: The directory of the files.
            files: Their paths below it.
            subject: The message, which git shows at a conflict.
            parent: The commit that it follows.
        """
        with tempfile.TemporaryDirectory() as temporary:
            tree = self._tree(directory, files, Path(temporary) / "index")
            parents = ["-p", parent] if parent else []
            command = ["commit-tree", tree, *parents, "-m", subject]
            return git(*command, directory=self.root)

    def merge(self, commit: str) -> list[str]:
        """Merge the difference between a commit and its parent into the working tree and the index.

        Returns:
            The files with conflicts, which git has marked.

        Raises:
            UpdateError: Git cannot merge.
        """
        # Files of the user's own do not follow a directory that the template renames.
        command = ["-c", "merge.directoryRenames=false", "cherry-pick", "--no-commit", commit]
        done = run_git(*command, directory=self.root)
        conflicts = self._names("--diff-filter=U")
        if done.returncode and not conflicts:
            raise UpdateError(f"git cannot merge the update: {reason(done.stderr)}")
        return conflicts

    def changed(self) -> list[str]:
        """Return the paths of the files of the project that differ from those committed."""
        return self._names("HEAD")

    def restore(self) -> None:
        """Take all changes of the working tree back."""
        git("reset", "--quiet", "--hard", directory=self.root)
        git("clean", "--quiet", "--force", "-d", "--", ".", directory=self.root)

    @contextmanager
    def copy(self) -> Iterator["Repository"]:
        """Yield a working tree of the repository for the block alone, with the committed files."""
        with tempfile.TemporaryDirectory() as directory:
            tree = Path(directory) / "tree"
            command = ["worktree", "add", "--quiet", "--detach", str(tree), "HEAD"]
            git(*command, directory=self.root)
            try:
                yield Repository(tree / self.prefix)
            finally:
                git("worktree", "remove", "--force", str(tree), directory=self.root)

    def diff(self) -> str:
        """Return the changes of the working tree as a diff; conflicts are in it as git marks them."""
        git("add", "--all", directory=self.root)
        options = ["--no-ext-diff", "--no-color", "--relative", "--cached"]
        return git("diff", *options, "HEAD", directory=self.root)

    def _tree(self, directory: Path, files: Iterable[str], index: Path) -> str:
        """Return the tree of the repository with other files in the place of the project."""
        store = git("rev-parse", "--absolute-git-dir", directory=self.root)
        place = ["--git-dir", store, "--work-tree", str(directory), "--literal-pathspecs"]
        add = ["add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"]
        git(*place, *add, directory=directory, index=index, given="\0".join(files))
        tree = git("write-tree", directory=self.root, index=index)
        if not self.prefix:
            return tree
        top = Path(git("rev-parse", "--show-toplevel", directory=self.root))
        git("read-tree", "HEAD", directory=top, index=index)
        remove = ["--literal-pathspecs", "rm", "-r", "--cached", "--quiet", "--", self.prefix]
        git(*remove, directory=top, index=index)
        git("read-tree", f"--prefix={self.prefix}", tree, directory=top, index=index)
        return git("write-tree", directory=top, index=index)

    def _names(self, *options: str) -> list[str]:
        command = ["diff", "--name-only", "-z", "--relative", *options]
        return paths(git(*command, directory=self.root))
