"""The data directory, and the user that the embedded server runs as.

The server runs as the owner of its data. Root takes the owner's place, and changes nothing that
exists; new data belongs to the owner of the directory that it lies in, and to `nobody` where that is
root, as PostgreSQL does not run as root.
"""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from qapla.exceptions import DatabaseError

_NOBODY = "nobody"


@dataclass(frozen=True)
class Account:
    """A user of the machine, and its group."""

    user: int
    group: int


def lock_file(data: Path) -> Path:
    """Return the file that the supervisor of a data directory locks."""
    return data.with_name(f"{data.name}.lock")


def prepare(data: Path, programs: Path, setting: str) -> Account | None:
    """Make the data directory and its lock file, where they are missing.

    Args:
        data: The data directory.
        programs: The directory of PostgreSQL's programs.
        setting: How errors name the setting of its place.

    Returns:
        The account to run the server as, or None for that of the process.

    Raises:
        DatabaseError: The directory cannot be made or written, or belongs to another user.
    """
    try:
        account = _account(data, setting)
        if account is not None:
            _open_way(data, account)
            _open_way(programs / "postgres", account)
        _make(data, account)
        return account
    except OSError as error:
        raise DatabaseError(
            f"the embedded PostgreSQL cannot keep its data in {data} ({error.strerror}): "
            f"set {setting} to a directory that can be written"
        ) from None


def _account(data: Path, setting: str) -> Account | None:
    """Return the account of the server, or None for that of the process.

    Raises:
        DatabaseError: The data belongs to another user, or to root.
    """
    if sys.platform == "win32":
        return None
    me = os.geteuid()
    found = data.exists() and (me != 0 or any(data.iterdir()))
    owner = _nearest(data).stat()
    if me != 0:
        if found and owner.st_uid != me:
            raise DatabaseError(
                f"the data of the embedded PostgreSQL in {data} belongs to the user "
                f"{_name(owner.st_uid)}, and this process runs as {_name(me)}: run it as "
                f"{_name(owner.st_uid)}, or set {setting} to a directory of your own"
            )
        return None
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    if found:
        raise DatabaseError(
            f"the data of the embedded PostgreSQL in {data} belongs to root, which PostgreSQL does "
            f"not run as: type `chown -R {_NOBODY} {shlex.quote(str(data))}`"
        )
    import pwd

    nobody = pwd.getpwnam(_NOBODY)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _nearest(path: Path) -> Path:
    """Return the path itself, or the nearest directory above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())


def _open_way(path: Path, account: Account) -> None:
    """Open root's directories on the way to a path for the account, which cannot list them.

    The directories of others stay as they are.
    """
    for place in path.parents:
        if not place.exists():
            continue
        found = place.stat()
        if found.st_uid == 0 and not found.st_mode & 0o001:
            in_group = found.st_gid == account.group and found.st_mode & 0o010
            if not in_group:
                place.chmod(found.st_mode | 0o001)


def _make(data: Path, account: Account | None) -> None:
    missing = [place for place in data.parents if not place.exists()]
    in_home = _nearest(data).stat().st_uid != 0
    for place in (*reversed(missing), data):
        place.mkdir(exist_ok=True)
    lock = lock_file(data)
    lock.touch()
    if account is None:
        return
    # Directories above the data are the account's only where they are in one of its own.
    for place in (data, lock, *(missing if in_home else ())):
        if place.stat().st_uid == 0:
            _give(place, account)


def _give(place: Path, account: Account) -> None:
    if sys.platform != "win32":
        os.chown(place, account.user, account.group)
