"""Measure the statements and the pool of an engine."""

from typing import Any

from sqlalchemy import Engine, QueuePool, event

from qapla.database.connect.timing import time_statements
from qapla.ops.pools import count_waiting, pool_limit


def measure_engine(engine: Engine, name: str, options: dict[str, Any]) -> None:
    """Measure an engine that was just made.

    Args:
        engine: The engine.
        name: The name of its database, which is the label of its metrics.
        options: The options of the engine.
    """
    # Imported here: a process that opens no database starts faster without it.
    from qapla.ops.metrics.definitions import QUERY_SECONDS

    seconds = QUERY_SECONDS.labels(name)
    time_statements(engine, lambda elapsed, _: seconds.observe(elapsed))
    if isinstance(engine.pool, QueuePool):
        _measure_pool(engine, name, options)


def _measure_pool(engine: Engine, name: str, options: dict[str, Any]) -> None:
    from qapla.ops.metrics.definitions import CONNECTIONS, IN_USE, LIMIT, WAITING

    in_use, connections, waiting = (it.labels(name) for it in (IN_USE, CONNECTIONS, WAITING))
    # Changes, and no figures of the pool: its own are late by one inside of its events.
    for happened, gauge, change in (
        ("checkout", in_use, 1),
        ("checkin", in_use, -1),
        ("detach", in_use, -1),
        ("connect", connections, 1),
        ("close", connections, -1),
        ("detach", connections, -1),
    ):
        event.listen(engine, happened, _adder(gauge, change))
    count_waiting(engine, waiting.inc)
    limit = pool_limit(options)
    if limit is not None:
        LIMIT.labels(name).set(limit)


def _adder(gauge: Any, change: int) -> Any:
    def add(*_: Any) -> None:
        gauge.inc(change)

    return add
