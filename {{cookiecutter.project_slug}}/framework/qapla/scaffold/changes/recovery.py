"""Take an interrupted change of a project back."""

import shutil
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.directories import remove_if_empty
from qapla.scaffold.changes.journal import DIRECTORY, Entry, discard_journal, find_journal


def recover(root: Path) -> list[str] | None:
    """Make the files of an interrupted change as they were before, except those changed since.

    Args:
        root: The directory of the project.

    Returns:
        The paths of the files that stay as they are, as somebody has changed them since; None where
        no change was interrupted.

    Raises:
        ScaffoldError: A file cannot be written; another call goes on.
    """
    try:
        journal = find_journal(root)
        # New files go first: they may fill the disk.
        entries = sorted(journal.files, key=lambda entry: entry.old is not None) if journal else []
        kept = [entry.path for entry in entries if not _restore(root, entry)]
        for path in journal.directories if journal else ():
            remove_if_empty(root / path)
        discard_journal(root)
    except OSError as error:
        raise ScaffoldError(
            f"a command was interrupted, and its changes cannot be taken back ({error}): mend that, "
            "and repeat the command"
        ) from error
    return kept if journal else None


def _restore(root: Path, entry: Entry) -> bool:
    """Make a file as it was; return False for one that is neither as it was nor as it was to be."""
    target = root / entry.path
    old, new = (
        (root / DIRECTORY / name).read_bytes() if name is not None else None
        for name in (entry.old, entry.new)
    )
    found = target.read_bytes() if target.exists() else None
    if found == old:
        return True
    # A file that was being written, or restored, has the beginning of its content.
    begun = found is not None and any(text.startswith(found) for text in (old, new) if text)
    if found != new and not begun:
        return False
    if entry.old is None:
        target.unlink()
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / DIRECTORY / entry.old, target)
    return True
