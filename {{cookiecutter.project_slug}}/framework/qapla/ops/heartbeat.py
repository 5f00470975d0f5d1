"""The heartbeat of a process without a port: a file that it writes again and again.

A probe reads the file alone, so that a broker or a database that is away does not restart the process.
"""

import contextlib
import os
import sys
import time
from pathlib import Path

from qapla.exceptions import NotAlive

# The kinds of processes: those of Celery, and the relay of an outbox.
KINDS = ("worker", "beat", "relay")
INTERVAL = 10.0
# A machine under load may be late by several beats.
GRACE = 60.0


class Heartbeat:
    """The heartbeat of the process of one kind that runs beside this directory.

    Args:
        directory: The directory of the file; two processes of one kind need two.
        kind: `worker`, `beat` or `relay`.
    """

    def __init__(self, directory: Path, kind: str) -> None:
        self.kind = kind
        self.path = directory / kind

    def beat(self, pause: float = INTERVAL) -> None:
        """Write the file: the id of the process, and the time by which the next beat is due.

        Args:
            pause: The seconds until the next beat.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = self.path.with_name(f"{self.kind}.{os.getpid()}")
        written.write_text(f"{os.getpid()} {time.time() + pause + GRACE:.0f}\n", encoding="ascii")
        # A probe reads a whole file at any time.
        written.replace(self.path)

    def end(self) -> None:
        """Remove the file, when the process ends in order; one of another process is left."""
        with contextlib.suppress(OSError, NotAlive):
            if self._read()[0] == os.getpid():
                self.path.unlink()

    def check(self) -> str:
        """Return the id of the process, as a sentence about it.

        Raises:
            NotAlive: There is no such process, or its heart does not beat any more.
        """
        pid, due = self._read()
        late = time.time() - due
        if not _runs(pid):
            raise NotAlive(f"{self.kind}: the process {pid} has ended without a farewell")
        if late > 0:
            raise NotAlive(
                f"{self.kind}: the process {pid} hangs: its last heartbeat was due "
                f"{late:.0f} seconds ago"
            )
        return f"{self.kind}: the process {pid} is alive"

    def _read(self) -> tuple[int, float]:
        try:
            pid, due = self.path.read_text(encoding="ascii").split()
            return int(pid), float(due)
        except FileNotFoundError:
            raise NotAlive(f"{self.kind}: no heartbeat in {self.path}: start the process") from None
        except (OSError, ValueError) as error:
            raise NotAlive(f"{self.kind}: no heartbeat can be read in {self.path}") from error


def _runs(pid: int) -> bool:
    """Whether there is a process; on Windows the age of its heartbeat alone tells."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Of another user.
        return True
    return True
