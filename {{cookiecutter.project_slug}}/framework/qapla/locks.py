"""Locks of files between processes, which the operating system takes back when their process ends."""

import sys
from typing import BinaryIO


def try_lock(file: BinaryIO) -> bool:
    """Lock a file until it is closed; return False where another process has locked it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the content, which stays readable.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
