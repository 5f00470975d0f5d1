"""Collect changes of a project's files, before anything is written."""

from collections.abc import Iterator
from os.path import lexists
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.diff import diff_file
from qapla.scaffold.changes.file import File, read_file
from qapla.scaffold.changes.writing import write_all, write_files


class Changes:
    """The files of a project as they will be: new, changed and deleted ones over those on the disk.

    Args:
        root: The directory of the project.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # The lines of files that the user has to change; with any of them nothing is written.
        self.conflicts: list[str] = []
        self._read: dict[str, File] = {}
        self._changed: dict[str, File | None] = {}

    def copy(self) -> "Changes":
        """Return the same changes, to which others may be added for a trial."""
        copy = Changes(self.root)
        copy._read, copy._changed = self._read, dict(self._changed)
        copy.conflicts = list(self.conflicts)
        return copy

    def exists(self, path: str) -> bool:
        """Whether there will be a file."""
        if path in self._changed:
            return self._changed[path] is not None
        return (self.root / path).is_file()

    def read(self, path: str) -> str:
        """Return the text of a file, with the changes that are collected so far.

        Raises:
            ScaffoldError: There is no such file, or it is not UTF-8.
        """
        found = self._changed[path] if path in self._changed else self._load(path)
        if found is None:
            raise ScaffoldError(f"{path} is missing: the scaffold adds to it")
        return found.text

    def files(self, directory: str, suffix: str = "") -> list[str]:
        """Return the paths of the files in a directory, and in no directory below it.

        Args:
            directory: The path of the directory; it need not exist.
            suffix: The ending of their names, such as `.py`.
        """
        return [path for path in self.tree(directory, suffix) if _parent(path) == directory]

    def tree(self, directory: str, suffix: str = "") -> list[str]:
        """Return the paths of the files in a directory and below it; the rest is as with `files`."""
        there = {
            file.relative_to(self.root).as_posix()
            for file in (self.root / directory).rglob(f"*{suffix}")
            if "__pycache__" not in file.parts
        }
        there |= {path for path in self._changed if path.startswith(f"{directory}/")}
        return sorted(path for path in there if path.endswith(suffix) and self.exists(path))

    def create(self, path: str, text: str) -> None:
        """Add a new file.

        Raises:
            ScaffoldError: There is one already.
        """
        # A link that leads nowhere is in the way, too.
        taken = self.exists(path) if path in self._changed else lexists(self.root / path)
        if taken:
            raise ScaffoldError(f"{path} exists already: move it away first")
        self._changed[path] = File(text)

    def write(self, path: str, text: str) -> None:
        """Change the text of a file, whose lines go on to end as they do.

        Raises:
            ScaffoldError: There is no such file, or it is not UTF-8.
        """
        if text != self.read(path):
            old = self._changed.get(path) or self._read[path]
            self._changed[path] = old.with_text(text)

    def delete(self, path: str) -> None:
        """Delete a file.

        Raises:
            ScaffoldError: It is a link.
        """
        if (self.root / path).is_symlink():
            raise ScaffoldError(f"{path} is a link: delete it by hand first")
        self._changed[path] = None

    def actions(self) -> dict[str, str]:
        """Return the paths of the changed files with `create`, `change` or `delete`."""
        return {path: _action(old, new) for path, old, new in self._contents()}

    def diff(self) -> str:
        """Return the changes as a diff in the form of Git.

        Raises:
            ScaffoldError: There are conflicts.
        """
        self._refuse_conflicts()
        return "".join(diff_file(path, old, new) for path, old, new in self._contents())

    def apply(self, *, restorable: bool = True) -> list[str]:
        """Write the changes, all of them or none, and return the paths.

        Args:
            restorable: Whether an interrupted write can be taken back.

        Raises:
            ScaffoldError: There are conflicts, a file cannot be written, or has changed since it was
                read; the files are as they were.
        """
        self._refuse_conflicts()
        contents = {path: new for path, _, new in self._contents()}
        for path, file in self._read.items():
            if path in contents and self._on_disk(path) != file.to_bytes():
                raise ScaffoldError(f"{path} has changed meanwhile: repeat the command")
        if contents:
            (write_all if restorable else write_files)(self.root, contents)
        self._read.clear()
        self._changed.clear()
        return list(contents)

    def _refuse_conflicts(self) -> None:
        if self.conflicts:
            raise ScaffoldError(
                "\n\n".join(
                    [*self.conflicts, "Nothing is written: do that first, or type --by-hand"]
                )
            )

    def _contents(self) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Yield the paths of the changed files, with their old and new contents."""
        for path, file in sorted(self._changed.items()):
            old, new = self._on_disk(path), None if file is None else file.to_bytes()
            if old != new:
                yield path, old, new

    def _load(self, path: str) -> File | None:
        if path not in self._read:
            content = self._on_disk(path)
            if content is None:
                return None
            self._read[path] = read_file(content, path)
        return self._read[path]

    def _on_disk(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ScaffoldError(f"{path} cannot be read ({error.strerror}): mend that") from error


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _action(old: bytes | None, new: bytes | None) -> str:
    if old is None:
        return "create"
    return "delete" if new is None else "change"
