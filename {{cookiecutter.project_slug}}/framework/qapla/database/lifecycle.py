"""Create, drop and recreate a database, unless it may be somebody else's."""

import importlib
import threading
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.schema import CreateSchema

from qapla.database.connect.landing import refuse_foreign
from qapla.database.dialects import dialect_of
from qapla.database.dialects.server import Server
from qapla.database.migrations.lock import migration_lock
from qapla.database.migrations.status import is_there
from qapla.database.places.placement import schema_of
from qapla.database.places.urls import refuse_undroppable
from qapla.database.unmanaged import create_tables
from qapla.exceptions import NotDroppable, NotManaged

if TYPE_CHECKING:
    from qapla.database.database import Database


def refuse_unmanaged(database: "Database") -> None:
    """Refuse to change a database of others. Its test database is the project's own.

    Raises:
        NotManaged: The database is not managed by this project.
    """
    if not (database.managed or database.target.tests):
        raise NotManaged(database.name)


def create_schema(database: "Database") -> None:
    """Create the schema that the `search_path` of the URL names first, unless it is there.

    Raises:
        NotManaged: The database is not managed by this project.
    """
    refuse_unmanaged(database)
    url = database.target.url
    schema = schema_of(url)
    if not schema or not dialect_of(url.get_backend_name()).has_schemas:
        return
    with database.engine.begin() as connection:
        # To create one that is there already needs a privilege too.
        query = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
        if connection.scalar(query, {"schema": schema}) is None:
            connection.execute(CreateSchema(schema))


def create(database: "Database") -> None:
    """Create a database, empty.

    Raises:
        NotManaged: The database is not managed by this project.
    """
    refuse_unmanaged(database)
    database.server.create(for_tests=database.target.tests)


def create_missing(database: "Database") -> bool:
    """Create a database and its schema unless they exist; return whether the database was missing.

    Raises:
        NotManaged: The database is not managed by this project.
    """
    refuse_unmanaged(database)
    if missing := not is_there(database):
        server = database.server
        # Another process may be about to create it; the database has no lock in itself yet.
        with migration_lock(database.name, database.connections.direct_url, server):
            if missing := not server.exists():
                create(database)
    create_schema(database)
    return missing


def drop(database: "Database") -> None:
    """Drop a database if it exists, with every connection to it.

    Raises:
        NotManaged: The database is not managed by this project.
        NotDroppable: Other databases of the project are schemas of it, or it is to be a test
            database and no run of tests has made it.
    """
    refuse_unmanaged(database)
    target = database.target
    if target.tests:
        refuse_foreign(database.server, database.name)
    if target.neighbours:
        others = ", ".join(map(repr, target.neighbours))
        raise NotDroppable(
            f"database {database.name!r}: {target.url.database!r} is not dropped, as it has the "
            f"schema of {others} too: drop the schema of {database.name!r} by hand"
        )
    database.dispose()
    database.server.drop()


def recreate(database: "Database", server: Server | None = None) -> None:
    """Drop a test database, create it and its tables: by its migrations, or by its models.

    Args:
        database: The database.
        server: Its server, if one has a connection already.

    Raises:
        NotManaged: The database is not managed by this project.
        NotDroppable: By its name this is not a test database, or no run of tests has made it.
    """
    refuse_unmanaged(database)
    refuse_undroppable(database.target.url, database.name)
    server = server or database.server
    refuse_foreign(server, database.name)
    if database.managed:
        # Meanwhile, as the server takes its time to make the database.
        threading.Thread(target=importlib.import_module, args=("alembic.command",)).start()
    database.dispose()
    server.drop()
    server.create(for_tests=True)
    server.disable_synchronous_commit()
    create_schema(database)
    if database.managed:
        database.migrate()
    else:
        create_tables(database)
