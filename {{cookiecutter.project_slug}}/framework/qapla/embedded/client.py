"""Start the embedded server of a data directory, and use it until the process ends."""

import atexit
import os
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from qapla.embedded import binaries, server, supervisor
from qapla.embedded.account import Account, lock_file, prepare
from qapla.embedded.address import address
from qapla.exceptions import DatabaseError
from qapla.locks import try_lock

# The connection to each supervisor, which counts as a user of the server until the process ends.
_held: dict[Path, socket.socket] = {}
_lock = threading.Lock()
# The default of a directory that no setting has placed.
SETTING = "the variable <PROJECT>_PATHS__VAR"
# How long a server may recover, or finish its last command, in seconds.
_PATIENCE = 300
_GOODBYE = 30


def connection_query(
    directory: Path, setting: str = SETTING, programs: Path | None = None
) -> dict[str, str]:
    """Start the server of a data directory, unless it runs, and return how to reach it.

    Args:
        directory: The path of the data directory; it is made when it is missing.
        setting: How errors name the setting of its place.
        programs: The directory of PostgreSQL's programs, or None for the installed ones.

    Returns:
        The query of a URL: the `host` (a socket's directory, or an address) and the `port`.

    Raises:
        DatabaseError: The package of the server is not installed, or the server does not start.
    """
    data = directory.resolve()
    place = address(data)
    with _lock:
        if data not in _held or _has_ended(_held[data]):
            _forget(data)
            _held[data] = _attach(data, place, setting, programs)
            # Not at import: a function that was registered before, like one that removes the data, runs after.
            atexit.register(_release, data)
    if sys.platform == "win32":
        return {"host": "127.0.0.1", "port": _ports(data)[1]}
    return {"host": str(place), "port": str(server.PORT)}


def _attach(data: Path, place: Path, setting: str, programs: Path | None) -> socket.socket:
    """Return a connection to the supervisor, which is started if need be."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError):
            return _dial(place)
        programs = programs or binaries.programs()
        account = prepare(data, programs, setting)
        if _is_locked(data):
            # It starts or stops.
            time.sleep(0.01)
        else:
            _start(data, programs, account)
    raise DatabaseError(
        f"the embedded PostgreSQL in {data} does not answer: read {data / server.LOG}"
    )


def _dial(place: Path) -> socket.socket:
    """Connect to the control socket.

    Raises:
        OSError: No supervisor answers.
    """
    if sys.platform == "win32":
        connection = socket.create_connection(("127.0.0.1", int(_ports(place)[0])))
    else:
        connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_GOODBYE)
        if sys.platform != "win32":
            connection.connect(str(place / supervisor.CONTROL))
        if connection.recv(len(supervisor.READY)) != supervisor.READY:
            raise ConnectionResetError
    except BaseException:
        connection.close()
        raise
    return connection


def _ports(place: Path) -> list[str]:
    """Return the ports of the supervisor and of the server, where there are no sockets in files."""
    return (place / supervisor.CONTROL).read_text().split()


def _is_locked(data: Path) -> bool:
    try:
        with lock_file(data).open("rb") as file:
            return not try_lock(file)
    except OSError:
        return False


def _start(data: Path, programs: Path, account: Account | None) -> None:
    """Start a supervisor, and wait until it listens, or has left that to another one."""
    binaries.refuse_other_version(data, programs)
    # Apart from the process that starts it: neither the interrupt of a terminal nor its end is meant
    # for the server.
    flags = 0x00000208 if sys.platform == "win32" else 0
    process = subprocess.Popen(
        supervisor.command(data, programs, account),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        creationflags=flags,
    )
    assert process.stdout is not None  # noqa: S101 (for mypy)
    with process.stdout:
        printed = process.stdout.read()
    if printed == supervisor.READY:
        # It outlives this process, and nobody waits for its end.
        process.returncode = 0
        return
    process.wait()
    if reason := printed.decode(errors="replace").strip().rpartition("\n")[2]:
        raise DatabaseError(
            f"the embedded PostgreSQL in {data} does not start ({reason}): read {data / server.LOG}"
        )


def _has_ended(connection: socket.socket) -> bool:
    """Whether the supervisor has gone: it says nothing as long as it is there."""
    return bool(select.select([connection], [], [], 0)[0])


def _forget(data: Path) -> None:
    if data in _held:
        _held.pop(data).close()


def _release(data: Path) -> None:
    """Close the connection, and wait until the server has stopped if nobody else uses it."""
    if data in _held:
        with suppress(OSError):
            _held[data].shutdown(socket.SHUT_WR)
            _held[data].recv(1)
        _forget(data)


def _renew() -> None:
    """Make the child of a fork a user of its own: its parent may end first."""
    global _lock
    _lock = threading.Lock()
    for data, connection in list(_held.items()):
        with suppress(OSError, DatabaseError):
            _held[data] = _dial(address(data))
            connection.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
