"""Engines, of which each process makes its own."""

import os
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Engine, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from qapla.database.connect.explain import Hints, explain_errors, refuse_missing_file
from qapla.database.connect.interrupted import invalidate_interrupted
from qapla.database.connect.ping import ping_when_idle
from qapla.database.dialects import dialect_of
from qapla.database.types.variants import dump_json
from qapla.exceptions import SettingsError

_engines: WeakSet[Engine] = WeakSet()
# With 3 databases in each of 4 processes the pools stay below the 100 connections that PostgreSQL
# allows by default: as many as a server has threads, and one more for a stream in a transaction.
POOL = {"pool_size": 4, "max_overflow": 1}


def make_engine(url: URL, options: dict[str, Any], hints: Hints) -> Engine:
    """Return a new engine of a database; nothing connects yet.

    Args:
        url: The URL of the database.
        options: The arguments of `sqlalchemy.create_engine`, above our defaults.
        hints: The name and the commands in errors.

    Raises:
        SettingsError: An option is unknown to `create_engine`.
    """
    dialect = dialect_of(url.get_backend_name())
    pool: dict[str, Any] = {} if "poolclass" in options else dict(POOL)
    defaults = {
        **pool,
        "json_serializer": dump_json,
        **dialect.engine_options(url.get_dialect().driver),
    }
    engine = _create(url, {**defaults, **options}, hints)
    if "pool_pre_ping" not in options:
        ping_when_idle(engine)
    dialect.listen(engine)
    return engine


def make_probe_engine(url: URL, options: dict[str, Any], hints: Hints, seconds: float) -> Engine:
    """Return an engine without a pool, for a connection that soon gives up; the rest is as above.

    Args:
        url: The URL of the database.
        options: The options of its engine, of which those of the pool are left out.
        hints: The name and the commands in errors.
        seconds: The time after which a connection gives up when its server does not answer.
    """
    dialect = dialect_of(url.get_backend_name())
    limits = dialect.probe_arguments(url.get_dialect().driver, seconds)
    kept = {name: value for name, value in options.items() if not name.startswith("pool")}
    kept.pop("max_overflow", None)
    arguments = {**kept.get("connect_args", {}), **limits}
    engine = make_engine(url, {**kept, "connect_args": arguments, "poolclass": NullPool}, hints)
    # SQLite would create the file.
    refuse_missing_file(engine, hints)
    return engine


def _create(url: URL, options: dict[str, Any], hints: Hints) -> Engine:
    try:
        engine = create_engine(url, **{"hide_parameters": True, **options})
    except (TypeError, SQLAlchemyError) as error:
        raise SettingsError(f"database {hints.name!r}: its options are wrong: {error}") from None
    event.listen(engine, "handle_error", invalidate_interrupted)
    event.listen(engine, "handle_error", explain_errors(url, hints))
    _engines.add(engine)
    return engine


def dispose_after_fork() -> None:
    """Forget, in a child process, the connections that its parent still uses.

    Source: SQLAlchemy, "Using Connection Pools with Multiprocessing or os.fork()".
    """
    for engine in _engines:
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=dispose_after_fork)
