"""Write the files of a project."""

from collections.abc import Mapping
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.directories import remove_if_empty
from qapla.scaffold.changes.journal import DIRECTORY, discard_journal, save_journal
from qapla.scaffold.changes.recovery import recover


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
        save_journal(root, contents)
        for path, content in contents.items():
            _write(root / path, content)
    except OSError as error:
        recover(root)
        reason = error.strerror or error
        raise ScaffoldError(f"{path} cannot be written ({reason}): nothing is changed") from error
    except BaseException:
        recover(root)
        raise
    discard_journal(root)


def write_files(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Write files of a project; the arguments are those of `write_all`."""
    for path, content in contents.items():
        _write(root / path, content)


def _write(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink()
        remove_if_empty(target.parent)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # In place: the file may be a link, and keeps its mode and its owner.
    target.write_bytes(content)
