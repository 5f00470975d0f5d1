"""The directory by which clients reach the sockets in a data directory."""

import hashlib
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from qapla.exceptions import DatabaseError

# The longest path of a socket that every system takes: macOS has 104 bytes, with the final zero.
_LONGEST = 103
_SOCKET = "/.s.PGSQL.5432"


def address(data: Path) -> Path:
    """Return a path of the data directory that a client can use as a host.

    It is the directory itself, or a link to it where its path is too long for a socket, has a comma
    (libpq takes it for two hosts) or is not Unicode.

    Raises:
        DatabaseError: There is no place for the link.
    """
    if sys.platform == "win32" or _is_usable(data):
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    for place in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 (only a link of this user)
        link = Path(place or "/", f"qapla-{os.geteuid()}", name)
        if place and _is_usable(link) and _link(link, data):
            return link
    raise DatabaseError(
        f"the path of the embedded PostgreSQL's data, {data}, is too long for a socket, and "
        f"{tempfile.gettempdir()} has no place for a link: set TMPDIR to a short directory of your own"
    )


def _is_usable(directory: Path) -> bool:
    try:
        text = str(directory).encode()
    except UnicodeEncodeError:
        return False
    return b"," not in text and len(text) + len(_SOCKET) <= _LONGEST


def _link(link: Path, data: Path) -> bool:
    """Link to the data from a directory that no other user can write; return whether it is there."""
    with suppress(OSError):
        link.parent.mkdir(mode=0o700, exist_ok=True)
        found = link.parent.lstat()
        if found.st_uid != os.geteuid() or found.st_mode & 0o022 or link.parent.is_symlink():
            return False
        if not link.is_symlink() or Path(os.readlink(link)) != data:
            # Replaced in one step: another process may be about to use it.
            new = link.with_name(f"{link.name}.{os.getpid()}")
            new.symlink_to(data)
            new.replace(link)
        return True
    return False
