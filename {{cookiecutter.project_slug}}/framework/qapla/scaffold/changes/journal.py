"""A journal of the files that are being changed, by which an interrupted change is taken back.

The old and the new contents are saved before the first file is written, and the journal is removed
after the last one. A journal that is found at the start of a command is of a command that was killed.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from qapla.exceptions import ScaffoldError

# `var` is no part of the repository of a project.
DIRECTORY = Path("var", "scaffold")
_JOURNAL = "journal.json"


@dataclass(frozen=True)
class Entry:
    """A file that is being changed, and the names of its saved contents, if it has these."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Journal:
    """The files of a change, and the directories that it makes, the innermost first."""

    files: list[Entry]
    directories: list[str]


def save_journal(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Save the old and the new contents of files, and write the journal when all of them are saved.

    Args:
        root: The directory of the project.
        contents: The new content of each file by its path, or None for one that is deleted.
    """
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
        entries.append(Entry(path, old, new))
    journal = Journal(entries, _missing_directories(root, contents))
    draft = directory / "draft"
    draft.write_text(json.dumps(asdict(journal)), encoding="utf-8")
    draft.replace(directory / _JOURNAL)


def find_journal(root: Path) -> Journal | None:
    """Return the journal of a change that was interrupted, or None.

    Raises:
        ScaffoldError: It is not as it was written.
    """
    path = root / DIRECTORY / _JOURNAL
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Journal([Entry(**entry) for entry in found["files"]], list(found["directories"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ScaffoldError(
            f"{DIRECTORY / _JOURNAL} is damaged: compare the files in {DIRECTORY} with those of the "
            "project, and delete that directory"
        ) from error


def discard_journal(root: Path) -> None:
    """Delete the journal and the saved contents, if there are any."""
    directory = root / DIRECTORY
    if directory.exists():
        # First the journal: without it the saved contents say nothing.
        (directory / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(directory)
    with suppress(OSError):
        directory.parent.rmdir()


def _missing_directories(root: Path, paths: Iterable[str]) -> list[str]:
    parents = {parent for path in paths for parent in Path(path).parents}
    missing = [parent.as_posix() for parent in parents if not (root / parent).exists()]
    return sorted(missing, key=len, reverse=True)
