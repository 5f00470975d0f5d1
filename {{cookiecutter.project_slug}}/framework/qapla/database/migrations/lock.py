"""One migration of a database at a time, whatever process runs it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL

from qapla.database.dialects import dialect_of
from qapla.database.dialects.server import Server
from qapla.database.places.urls import name_of
from qapla.exceptions import MigrationRunning

logger = logging.getLogger(__name__)


@contextmanager
def migration_lock(
    database: str, url: URL, server: Server | None, *, wait: bool = True
) -> Iterator[None]:
    """Lock a database against migrations by other processes.

    Args:
        database: The name of the database, for messages.
        url: The URL of the database.
        server: The server that keeps the lock, or None to lock inside the database itself.
        wait: Whether to wait for a process that has the lock.

    Raises:
        MigrationRunning: Another process has the lock, and nobody waits for it.
        LockTimeout: Another process has kept the lock for too long.
    """
    server = server or dialect_of(url.get_backend_name()).server(url, url)
    # The tests of a run lock the name itself.
    key = f"{name_of(url)}_migrations"
    with server.locked(key, wait=False) as alone:
        if alone:
            yield
            return
    if not wait:
        raise MigrationRunning(database)
    logger.warning("database %r: waiting, as another process migrates it", database)
    with server.locked(key):
        yield
