"""A journal of the files that are being changed, by which an interrupted change is taken back.

The old contents are saved before the first file is written, and the journal is removed after the last
one. A journal that is found at the start of a command is of a command that was killed: the tree
becomes as it was before that one.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

# `var` is no part of the repository of a project.
DIRECTORY = Path("var", "scaffold")
_JOURNAL = "journal.json"


def write_all(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Write files of a project, all of them or none.

    Args:
        root: The directory of the project.
        contents: The new content of each file by its path, or None for one that is deleted.

    Raises:
        OSError: A file cannot be written; the tree is as it was.
    """
    recover(root)
    try:
        _save(root, contents)
        for path, content in contents.items():
            _write(root / path, content)
    except BaseException:
        recover(root)
        raise
    _discard(root)


def recover(root: Path) -> bool:
    """Take an interrupted change of a project back, and return whether there was one."""
    directory = root / DIRECTORY
    journal = directory / _JOURNAL
    found = journal.exists()
    if found:
        entry = json.loads(journal.read_text(encoding="utf-8"))
        for number, path in entry["saved"].items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(directory / number, target)
        for path in entry["new"]:
            (root / path).unlink(missing_ok=True)
        for path in entry["directories"]:
            _remove_if_empty(root / path)
    _discard(root)
    return found


def _save(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Save the old contents, and write the journal when all of them are saved."""
    directory = root / DIRECTORY
    directory.mkdir(parents=True)
    old = [path for path in contents if (root / path).exists()]
    new = [path for path in contents if path not in old]
    for number, path in enumerate(old):
        shutil.copy2(root / path, directory / str(number))
    entry = {
        "saved": dict(enumerate(old)),
        "new": new,
        "directories": _missing_directories(root, new),
    }
    draft = directory / "draft"
    draft.write_text(json.dumps(entry), encoding="utf-8")
    draft.replace(directory / _JOURNAL)


def _missing_directories(root: Path, paths: list[str]) -> list[str]:
    """Return the directories that new files need, the innermost first."""
    parents = {parent for path in paths for parent in Path(path).parents}
    missing = [parent.as_posix() for parent in parents if not (root / parent).exists()]
    return sorted(missing, key=len, reverse=True)


def _write(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink()
        _remove_if_empty(target.parent)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # In place, as the file may be a link, and keeps its mode.
    target.write_bytes(content)


def _discard(root: Path) -> None:
    directory = root / DIRECTORY
    if directory.exists():
        # First the journal: without it the saved files say nothing.
        (directory / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(directory)
    _remove_if_empty(directory.parent)


def _remove_if_empty(directory: Path) -> None:
    """Remove a directory that holds nothing but bytecode."""
    if directory.is_dir() and {child.name for child in directory.iterdir()} <= {"__pycache__"}:
        shutil.rmtree(directory)
