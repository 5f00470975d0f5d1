"""The supervisor: starts the embedded server of a data directory, and stops it with its last user.

A user is a process with a connection to the supervisor's control socket. The operating system closes
the connection of a process that is killed, so that no list of users can be out of date. The server is
a child of the supervisor: no process is signalled because a file names its number.

It runs without site-packages, and so imports the standard library alone.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from qapla.embedded.account import Account, lock_file
from qapla.embedded.cluster import StartError, initialise
from qapla.embedded.server import LOG, Server
from qapla.locks import try_lock

CONTROL = ".s.qapla"
READY = b"ready\n"
# How long a supervisor without a user waits for the process that has started it.
_PATIENCE = 10
# How often a supervisor looks whether the data are still there.
_LOOK = 1
_MAIN = """
import json, sys
sys.path.append(sys.argv[1])
from qapla.embedded.supervisor import main
main(*json.loads(sys.argv[2]))
"""


def drop_privileges(user: int, group: int) -> None:
    """Become the owner of the data: PostgreSQL does not run as root."""
    if sys.platform != "win32":
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def listen(port: int) -> socket.socket:
    """Open the control socket of the data in the current directory."""
    control = Path(CONTROL)
    control.unlink(missing_ok=True)
    if sys.platform == "win32":
        listener = socket.create_server(("127.0.0.1", 0))
        control.write_text(f"{listener.getsockname()[1]} {port}")
        return listener
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(CONTROL)
    listener.listen(128)
    return listener


class Supervisor:
    """Keeps a server running as long as it has users.

    Args:
        server: The server, started.
        listener: The control socket.
    """

    def __init__(self, server: Server, listener: socket.socket) -> None:
        self.server = server
        self.listener = listener
        self.users: set[socket.socket] = set()
        # The last users wait until the server has stopped, or somebody else has come.
        self.leaving: set[socket.socket] = set()
        self.selector = selectors.DefaultSelector()
        self.woken, self.wake = socket.socketpair()
        self.stopping = False

    def run(self) -> None:
        """Serve until the last user has gone, then stop the server."""
        for source in (self.listener, self.woken):
            self.selector.register(source, selectors.EVENT_READ)
        self._watch()
        deadline = time.monotonic() + _PATIENCE
        while not self.stopping and (
            self.users or (not self.leaving and time.monotonic() < deadline)
        ):
            for key, _ in self.selector.select(_LOOK):
                self._handle(key.fileobj)  # type: ignore[arg-type]
            if self.users:
                for user in self.leaving:
                    user.close()
                self.leaving.clear()
            if not Path(CONTROL).exists():
                # The data were removed, and the next process waits to make them anew.
                self.stopping = True
        # Nobody is to find a server that is about to stop.
        self.listener.close()
        Path(CONTROL).unlink(missing_ok=True)
        self.server.stop()

    def _handle(self, source: socket.socket) -> None:
        if source is self.listener:
            user, _ = self.listener.accept()
            self.users.add(user)
            self.selector.register(user, selectors.EVENT_READ)
            with contextlib.suppress(OSError):
                user.sendall(READY)
        elif source is self.woken:
            self.woken.recv(1)
            if self.server.revive():
                self._watch()
            else:
                self.stopping = True
        else:
            self.selector.unregister(source)
            self.users.remove(source)
            self.leaving.add(source)

    def _watch(self) -> None:
        """Wake up when the server has ended."""

        def wait() -> None:
            self.server.wait()
            with contextlib.suppress(OSError):
                self.wake.send(b"x")

        threading.Thread(target=wait, daemon=True).start()


def command(data: Path, programs: Path, account: Account | None) -> list[str]:
    """Return the command that runs a supervisor.

    Args:
        data: The data directory.
        programs: The directory of PostgreSQL's programs.
        account: The account to run as, or None for that of the process.
    """
    source = str(Path(__file__).parents[2])
    arguments = json.dumps([str(data), str(programs), account and [account.user, account.group]])
    # As root it would leave bytecode of root's in the project of another user.
    return [sys.executable, "-I", "-S", "-B", "-c", _MAIN, source, arguments]


def main(data: str, programs: str, account: tuple[int, int] | None) -> None:
    """Start the server, report it on the standard output, and serve its users."""
    with lock_file(Path(data)).open("rb") as lock:
        if not try_lock(lock):
            return
        if account is not None:
            drop_privileges(*account)
        os.chdir(data)
        server = Server(Path(programs))
        try:
            initialise(server.programs)
            server.start()
        except (StartError, OSError) as error:
            print(error, flush=True)
            return
        supervisor = Supervisor(server, listen(server.port))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        os.write(1, READY)
        # Whoever reads the output would wait for its end.
        with open(LOG, "ab", buffering=0) as log:
            for stream in (1, 2):
                os.dup2(log.fileno(), stream)
        try:
            supervisor.run()
        finally:
            server.stop()
