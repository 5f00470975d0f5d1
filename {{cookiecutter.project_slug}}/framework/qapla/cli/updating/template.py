"""The versions of a template, in a clone of its repository."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from qapla.cli.updating.git import git, reason, run_git
from qapla.exceptions import UpdateError

# Cookiecutter's abbreviations. Source: cookiecutter, "User Config".
_ABBREVIATIONS = {
    "gh": "https://github.com/{}.git",
    "gl": "https://gitlab.com/{}.git",
    "bb": "https://bitbucket.org/{}",
}
_QUESTIONS = "cookiecutter.json"
_RELEASE = re.compile(r"v?\d+(\.\d+)*")


@dataclass(frozen=True)
class Version:
    """A version of a template: its name, its commit, and the ref by which it was found."""

    name: str
    commit: str
    ref: str


class Template:
    """The repository of a template.

    Args:
        source: Its URL, its path, or one of cookiecutter's abbreviations, such as `gh:org/qapla-db`.
        workplace: A directory for the clone and the files of versions.

    Raises:
        UpdateError: It cannot be cloned.
    """

    def __init__(self, source: str, workplace: Path) -> None:
        self.source = source
        self._workplace = workplace
        self._clone = workplace / "clone"
        prefix, _, rest = source.partition(":")
        url = _ABBREVIATIONS[prefix].format(rest) if prefix in _ABBREVIATIONS else source
        command = ["clone", "--quiet", "--no-checkout", "--", url, str(self._clone)]
        done = run_git(*command, directory=Path.cwd())
        if done.returncode:
            raise UpdateError(
                f"{source} cannot be cloned ({reason(done.stderr)}): type the URL or the path of the "
                "template's git repository"
            )

    def find(self, ref: str) -> str | None:
        """Return the commit of a tag, a branch or an abbreviated commit, or None."""
        for name in (ref, f"origin/{ref}"):
            command = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
            done = run_git(*command, directory=self._clone)
            if not done.returncode:
                return done.stdout.strip()
        return None

    def version(self, ref: str) -> Version:
        """Return the version at a tag, a branch or an abbreviated commit.

        Raises:
            UpdateError: There is none, or it says no version.
        """
        commit = self.find(ref)
        if commit is None:
            known = ", ".join(self._releases()) or "it has no tags"
            raise UpdateError(f"{self.source} has no {ref}: type a tag, branch or commit ({known})")
        done = run_git("show", f"{commit}:{_QUESTIONS}", directory=self._clone)
        try:
            return Version(str(json.loads(done.stdout)["__version"]), commit, ref)
        except (ValueError, KeyError):
            raise UpdateError(
                f"{self.source} has no {_QUESTIONS} with a __version at {commit[:12]}: type a commit "
                "of the template that has one"
            ) from None

    def newest(self) -> Version:
        """Return the version of the newest tag; without tags, that of the default branch."""
        releases = self._releases()
        return self.version(releases[-1] if releases else "HEAD")

    def contains(self, version: Version, other: Version) -> bool:
        """Whether a version is another one, or follows it."""
        command = ["merge-base", "--is-ancestor", other.commit, version.commit]
        return not run_git(*command, directory=self._clone).returncode

    def checkout(self, version: Version) -> Path:
        """Write the files of a version into a directory, and return it; others fit beside it."""
        directory = self._workplace / version.commit / "template"
        command = ["worktree", "add", "--quiet", "--detach", str(directory), version.commit]
        git(*command, directory=self._clone)
        return directory

    def _releases(self) -> list[str]:
        """Return the tags of versions, the oldest first."""
        tags = git("tag", "--list", directory=self._clone).splitlines()
        found = [tag for tag in tags if _RELEASE.fullmatch(tag)]
        return sorted(found, key=lambda tag: [int(part) for part in re.findall(r"\d+", tag)])
