"""Collect changes of a project's files, before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.journal import write_all


@dataclass(frozen=True)
class _File:
    """The text of a file, and how its lines end on the disk."""

    text: str
    newline: str = "\n"

    def to_bytes(self) -> bytes:
        return self.text.replace("\n", self.newline).encode()


class Changes:
    """The files of a project as they will be: new, changed and deleted ones over those on the disk.

    Args:
        root: The directory of the project.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, _File] = {}
        self._changed: dict[str, _File | None] = {}

    def __bool__(self) -> bool:
        return bool(self._changed)

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
        there = {f"{directory}/{file.name}" for file in _children(self.root / directory)}
        there |= {path for path in self._changed if path.rpartition("/")[0] == directory}
        return sorted(path for path in there if path.endswith(suffix) and self.exists(path))

    def create(self, path: str, text: str) -> None:
        """Add a new file.

        Raises:
            ScaffoldError: There is one already.
        """
        if self.exists(path) or (self.root / path).is_dir():
            raise ScaffoldError(f"{path} exists already: move it away first")
        self._changed[path] = _File(text)

    def write(self, path: str, text: str) -> None:
        """Change the text of a file; its lines go on to end as they do."""
        newline = self._read[path].newline if path in self._read else "\n"
        self._changed[path] = _File(text, newline)

    def delete(self, path: str) -> None:
        """Delete a file."""
        self._changed[path] = None

    def diff(self) -> str:
        """Return the changes as a unified diff."""
        return "".join(part for path in sorted(self._changed) for part in self._diff_of(path))

    def apply(self) -> list[str]:
        """Write the changes, all of them or none, and return the paths.

        Raises:
            OSError: A file cannot be written; the tree is as it was.
        """
        contents = {path: file and file.to_bytes() for path, file in self._changed.items()}
        paths = sorted(path for path in contents if contents[path] != self._on_disk(path))
        if paths:
            write_all(self.root, {path: contents[path] for path in paths})
        self._read.clear()
        self._changed.clear()
        return paths

    def _load(self, path: str) -> _File | None:
        if path not in self._read:
            content = self._on_disk(path)
            if content is None:
                return None
            try:
                text = content.decode()
            except UnicodeDecodeError:
                raise ScaffoldError(f"{path} is not UTF-8: save it as UTF-8") from None
            all_crlf = "\n" in text and text.count("\r\n") == text.count("\n")
            newline = "\r\n" if all_crlf else "\n"
            self._read[path] = _File(text.replace(newline, "\n"), newline)
        return self._read[path]

    def _on_disk(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def _diff_of(self, path: str) -> Iterator[str]:
        old, new = self._load(path), self._changed[path]
        yield from unified_diff(
            old.text.splitlines(keepends=True) if old else [],
            new.text.splitlines(keepends=True) if new else [],
            f"a/{path}" if old else "/dev/null",
            f"b/{path}" if new else "/dev/null",
        )


def _children(directory: Path) -> list[Path]:
    if not directory.is_dir():
        return []
    return [child for child in directory.iterdir() if child.is_file()]
