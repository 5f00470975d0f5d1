"""Ask a pooled connection whether it still works, unless it has worked a moment ago.

To ask at every checkout, as `pool_pre_ping` does, is a round trip of every request. A server that went
away in the moment between fails one statement, after which SQLAlchemy replaces the whole pool.
Source: SQLAlchemy, "Dealing with Disconnects" and "Custom / Legacy Pessimistic Ping".
"""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_SECONDS = 0.5
_USED = "qapla.used"


def ping_when_idle(engine: Engine) -> None:
    """Ping each connection that has been idle for longer than `IDLE_SECONDS`, at its checkout."""
    dialect = engine.dialect

    def on_checkin(connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    def on_checkout(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        # A connection that was made just now was never given back.
        used = record.info.get(_USED)
        if used is None or time.monotonic() - used < IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            # The pool tries again, with new connections from now on.
            raise InvalidatePoolError("the server has closed the connection") from error

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)
