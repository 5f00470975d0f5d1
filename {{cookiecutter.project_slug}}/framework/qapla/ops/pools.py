"""The pools of connections of this process.

Source: SQLAlchemy, "Connection Pooling".
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, QueuePool, event

from qapla.database.connect.engines import POOL
from qapla.database.database import Database

_waiting: "WeakKeyDictionary[Engine, _Waiting]" = WeakKeyDictionary()


@dataclass(frozen=True)
class PoolFigures:
    """The connections of a pool of this process.

    Args:
        in_use: The connections that are checked out.
        idle: The open connections that are not.
        waiting: The threads that wait for a connection; 0 where `count_waiting` was not called.
        limit: The most connections, or None for no limit.
    """

    in_use: int
    idle: int
    waiting: int
    limit: int | None


def pool_figures(database: Database) -> PoolFigures | None:
    """Return the figures of a database's pool, or None for an engine that has no queue.

    Nothing connects: a database that this process has not used has no connections.
    """
    limit = pool_limit(database.target.options)
    if not database.connections.is_open:
        return None if "poolclass" in database.target.options else PoolFigures(0, 0, 0, limit)
    engine = database.connections.engine
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return None
    counter = _waiting.get(engine)
    waiting = 0 if counter is None else counter.number
    return PoolFigures(pool.checkedout(), pool.checkedin(), waiting, limit)


def pool_limit(options: dict[str, Any]) -> int | None:
    """Return the most connections of a pool, by the options of its engine; None for no limit."""
    merged = {**POOL, **options}
    # Source: SQLAlchemy, "QueuePool": -1 is no limit, and a size of 0 too.
    if "poolclass" in merged or merged["pool_size"] == 0 or merged["max_overflow"] < 0:
        return None
    return int(merged["pool_size"]) + int(merged["max_overflow"])


def count_waiting(engine: Engine, changed: Callable[[int], None] | None = None) -> None:
    """Count the threads that wait for a connection of an engine, one that is opened too.

    The pools of SQLAlchemy have no such figure, and no event before a checkout.

    Args:
        engine: The engine, which has not connected yet.
        changed: A function that is called with 1 when a thread begins to wait, and with -1 after it.
    """
    counter = _waiting[engine] = _Waiting(changed)
    counter.watch(engine)
    # A pool that was disposed of is replaced.
    event.listen(engine, "engine_disposed", counter.watch)


class _Waiting:
    """The number of threads that wait for a connection."""

    def __init__(self, changed: Callable[[int], None] | None) -> None:
        self.number = 0
        self._changed = changed
        self._lock = threading.Lock()

    def watch(self, engine: Engine) -> None:
        """Count the calls of `Pool.connect` that have not returned."""
        pool: Any = engine.pool
        connect = pool.connect

        def counted() -> Any:
            self._add(1)
            try:
                return connect()
            finally:
                self._add(-1)

        pool.connect = counted

    def _add(self, change: int) -> None:
        with self._lock:
            self.number += change
        if self._changed is not None:
            self._changed(change)
