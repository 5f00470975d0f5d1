"""Ask where connections are, before tests empty, downgrade, drop or reuse anything there.

A URL is only a hint: a service file, a pooler, a listener, a `creator` or a link may lead elsewhere.
"""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from qapla.database.dialects.server import Server
from qapla.exceptions import NotDroppable, WrongDatabase

_ASKED = "qapla.landed"


def watch_connections(engine: Engine, server: Server, database: str) -> None:
    """Refuse each new connection of an engine that is not in a database of the tests.

    It is asked at the first checkout, after the listeners of the project for new connections.

    Args:
        engine: The engine of a test database.
        server: The server of that database.
        database: How an error names the database.
    """

    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, proxy: Any) -> None:
        if _ASKED in record.info:
            return
        cursor = connection.cursor()
        try:
            name, label = server.locate(cursor)
        finally:
            cursor.close()
        connection.rollback()
        if name != server.name:
            raise WrongDatabase(
                f"database {database!r}: a connection of its tests is in {name!r}, and not in "
                f"{server.name!r}: look for another destination in its options (`creator`, "
                "`connect_args`), its listeners, its pooler and the links of its file"
            )
        if label is None:
            raise WrongDatabase(
                f"database {database!r}: a connection of its tests is in a database {name!r} that no "
                "run of tests has made: let its URL and its default_url name the same server"
            )
        record.info[_ASKED] = True

    event.listen(engine, "checkout", ask)


def refuse_foreign(server: Server, database: str) -> None:
    """Refuse to drop a database that is not empty, and that no run of tests has made.

    Args:
        server: The server of the database.
        database: How an error names the database.

    Raises:
        NotDroppable: The database is not empty, and has no label.
    """
    if server.label() is not None or not server.exists() or server.is_empty():
        return
    raise NotDroppable(
        f"database {database!r}: no run of tests has made {server.name!r}, which is not empty, and it is "
        f"not dropped: give {database!r} another name in its URL, or type `{server.drop_by_hand}`"
    )
