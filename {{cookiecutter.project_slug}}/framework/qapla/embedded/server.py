"""The process of the embedded server, for the data in the current directory."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from qapla.embedded.cluster import StartError, last_line, server_environment

PORT = 5432
SERVER_SOCKET = f".s.PGSQL.{PORT}"
LOG = "log"
# A server that dies this soon after it was started again stays dead.
_SHORT_LIFE = 5


class Server:
    """The server of the data in the current directory.

    Args:
        programs: The directory of PostgreSQL's programs.
    """

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.port = PORT
        self.process: subprocess.Popen[bytes] | None = None
        self.restarted = -float("inf")

    def start(self) -> None:
        """Start the server, or adopt the one that a killed supervisor has left.

        A lock file of a server that is gone makes PostgreSQL refuse to start when its number is
        another process's by now, or when it was cut. The files are removed when nobody answers on
        the server's socket. PostgreSQL itself notices a server that lives all the same, by its
        shared memory, and does not start beside it.

        Raises:
            StartError: The server does not start.
        """
        try:
            self._launch()
        except StartError:
            if answers():
                return
            for stale in ("postmaster.pid", f"{SERVER_SOCKET}.lock"):
                Path(stale).unlink(missing_ok=True)
            self._launch()

    def _launch(self) -> None:
        if sys.platform == "win32":
            self.port = _free_port()
            # Each directory has a file for it: an address of its own is the server's only one.
            place = ["-h", "127.0.0.1"]
        else:
            # Named relative to the data, a socket needs no quotes, and its path is never too long.
            place = ["-h", "", "-k", "."]
        with open(LOG, "ab") as log:
            # Before the start, as the server's writes move this position too.
            begin = log.seek(0, os.SEEK_END)
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", os.getcwd(), *place, "-p", str(self.port)],
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while not self._is_ready():
            if self.process.poll() is not None:
                raise StartError(_reason(begin) or f"it ends with {self.process.returncode}")
            time.sleep(0.005)

    def _is_ready(self) -> bool:
        """Whether the server has written that it takes connections.

        Source: PostgreSQL, "src/include/utils/pidfile.h".
        """
        assert self.process is not None  # noqa: S101 (for mypy)
        try:
            lines = Path("postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and int(lines[0]) == self.process.pid and lines[7].strip() == "ready"

    def wait(self) -> None:
        """Wait until the server has ended."""
        if self.process is not None and self.process.poll() is None:
            self.process.wait()
        while answers():
            time.sleep(0.5)

    def revive(self) -> bool:
        """Start the server again that was killed, and return whether it runs."""
        stopped = self.process is not None and self.process.returncode == 0
        if stopped or time.monotonic() - self.restarted < _SHORT_LIFE:
            return False
        self.restarted = time.monotonic()
        for _ in range(20):
            with contextlib.suppress(StartError):
                self.start()
                return True
            # Its other processes, which have yet to notice, still hold the shared memory.
            time.sleep(0.2)
        return False

    def stop(self) -> None:
        """Stop the server, with every connection to it, and wait until it has ended."""
        if self.process is not None and self.process.poll() is None:
            if sys.platform == "win32":
                self._stop_by_program()
            else:
                self.process.send_signal(signal.SIGINT)
        elif answers():
            # Adopted: it answers on the socket of this directory, and so the number is its own.
            self._stop_by_program()
        self.wait()

    def _stop_by_program(self) -> None:
        command = [str(self.programs / "pg_ctl"), "stop", "-m", "fast", "-D", os.getcwd()]
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )


def answers() -> bool:
    """Whether a server listens for the data in the current directory."""
    if sys.platform == "win32":
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(SERVER_SOCKET) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _reason(begin: int) -> str:
    """Return why the server did not start, from the log that begins at a position."""
    with open(LOG, "rb") as log:
        log.seek(begin)
        lines = log.read().decode(errors="replace").splitlines()
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    detail = [line.partition("DETAIL:")[2].strip() for line in lines if "DETAIL:" in line]
    return ". ".join([*fatal[-1:], *detail[-1:]]).removesuffix(".") or last_line("\n".join(lines))
