"""A journal of the files that are being changed, by which an interrupted change is taken back.

The old and the new contents are saved before the first file is written, and the journal is removed
after the last one. A journal that is found at the start of a command is of a command that was killed:
its files become as they were before, except those that somebody has changed since.
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from qapla.exceptions import ScaffoldError

# `var` is no part of the repository of a project.
DIRECTORY = Path("var", "scaffold")
_JOURNAL = "journal.json"


@dataclass(frozen=True)
class _Entry:
    """A file that is being changed, and the numbers of its saved contents, if it has these."""

    path: str
    old: str | None
    new: str | None


def write_all(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Write files of a project, all of them or none.

    Args:
        root: The directory of the project.
        contents: The new content of each file by its path, or None for one that is deleted.

    Raises:
        ScaffoldError: A file cannot be written; the files are as they were.
    """
    path = DIRECTORY.as_posix()
    try:
        _save(root, contents)
        for path, content in contents.items():
            _write(root / path, content)
    except OSError as error:
        recover(root)
        reason = error.strerror or error
        raise ScaffoldError(f"{path} cannot be written ({reason}): nothing is changed") from error
    except BaseException:
        recover(root)
        raise
    _discard(root)


def write_files(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Write files of a project; the arguments are those of `write_all`."""
    for path, content in contents.items():
        _write(root / path, content)


def recover(root: Path) -> list[str] | None:
    """Take an interrupted change of a project back.

    Args:
        root: The directory of the project.

    Returns:
        The paths of the files that stay as they are, as somebody has changed them since; None where
        no change was interrupted.

    Raises:
        ScaffoldError: A file cannot be written; another call will go on.
    """
    directory = root / DIRECTORY
    if not (directory / _JOURNAL).exists():
        _discard(root)
        return None
    try:
        journal = json.loads((directory / _JOURNAL).read_text(encoding="utf-8"))
        entries = [_Entry(**entry) for entry in journal["files"]]
        # New files go first: they may fill the disk.
        ordered = sorted(entries, key=lambda entry: entry.old is not None)
        kept = [entry.path for entry in ordered if not _restore(root, entry)]
        for path in journal["directories"]:
            _remove_if_empty(root / path)
        _discard(root)
    except OSError as error:
        raise ScaffoldError(
            f"a command was interrupted, and its changes cannot be taken back ({error}): mend that, "
            "and repeat the command"
        ) from error
    return kept


def _save(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Save the old and the new contents, and write the journal when all of them are saved."""
    directory = root / DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, (path, content) in enumerate(contents.items()):
        old = f"{number}.old" if (root / path).exists() else None
        new = f"{number}.new" if content is not None else None
        if old is not None:
            shutil.copy2(root / path, directory / old)
        if new is not None and content is not None:
            (directory / new).write_bytes(content)
        entries.append(asdict(_Entry(path, old, new)))
    journal = {"files": entries, "directories": _missing_directories(root, contents)}
    draft = directory / "draft"
    draft.write_text(json.dumps(journal), encoding="utf-8")
    draft.replace(directory / _JOURNAL)


def _missing_directories(root: Path, contents: Mapping[str, bytes | None]) -> list[str]:
    """Return the directories that new files need, the innermost first."""
    parents = {parent for path in contents for parent in Path(path).parents}
    missing = [parent.as_posix() for parent in parents if not (root / parent).exists()]
    return sorted(missing, key=len, reverse=True)


def _write(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink()
        _remove_if_empty(target.parent)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # In place: the file may be a link, and keeps its mode and its owner.
    target.write_bytes(content)


def _restore(root: Path, entry: _Entry) -> bool:
    """Make a file as it was; return False for one that is neither as it was nor as it was to be."""
    target = root / entry.path
    old, new = (
        (root / DIRECTORY / name).read_bytes() if name is not None else None
        for name in (entry.old, entry.new)
    )
    found = target.read_bytes() if target.exists() else None
    if found == old:
        return True
    # A file that was being written has the beginning of its new content.
    if found != new and (found is None or new is None or not new.startswith(found)):
        return False
    if entry.old is None:
        target.unlink()
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / DIRECTORY / entry.old, target)
    return True


def _discard(root: Path) -> None:
    directory = root / DIRECTORY
    if directory.exists():
        # First the journal: without it the saved files say nothing.
        (directory / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(directory)
    with suppress(OSError):
        directory.parent.rmdir()


def _remove_if_empty(directory: Path) -> None:
    """Remove a directory that holds nothing but bytecode."""
    if directory.is_dir() and {child.name for child in directory.iterdir()} <= {"__pycache__"}:
        shutil.rmtree(directory)
