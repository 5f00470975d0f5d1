"""The Alembic environment of one database.

Used by the `alembic` command, and in-process by an application that is prepared already: then
`config.attributes` holds the `database`, and the `connection` to migrate on.
Source: Alembic, "Sharing a Connection across one or more programmatic migration commands".
"""

import importlib
import logging
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.exceptions import DatabaseError, QaplaError

logger = logging.getLogger(__name__)


class AlembicEnv:
    """Run the migrations of a database, online or offline; for its `migrations/<name>/env.py`.

    Args:
        application: The application that has the database.
        base: The declarative base of the database's models.
        name: The name of the database.
    """

    def __init__(
        self, application: DatabaseApplication, base: type[DeclarativeBase], name: str
    ) -> None:
        self.application = application
        self.base = base
        self.name = name

    def run(self) -> None:
        """Run what the command asks for.

        Raises:
            CommandError: The application cannot be prepared or the database is not there; the
                command shows it as one line.
        """
        database = context.config.attributes.get("database")
        if database is not None:
            self._run(database)
            return
        try:
            self._run(self.application.run_command().dbs[self.name])
        except QaplaError as error:
            raise CommandError(str(error)) from error

    def _run(self, database: Database) -> None:
        import_models(self.base)
        if context.is_offline_mode():
            # By its dialect alone: to print SQL no server is needed, the embedded one neither.
            dialect = database.target.url.get_dialect().name
            # The parameter style of the driver's would double the percent signs.
            named = {"paramstyle": "named"}
            self._migrate(dialect, dialect_name=dialect, dialect_opts=named, literal_binds=True)
            return
        with _connection(database) as connection:
            self._migrate(connection.dialect.name, connection=connection)

    def _migrate(self, dialect: str, **options: Any) -> None:
        context.configure(
            target_metadata=self.base.metadata,
            compare_type=True,
            compare_server_default=True,
            # SQLite can change a table only by copying it.
            render_as_batch=dialect == "sqlite",
            process_revision_directives=_leave_out_empty,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


def import_models(base: type[DeclarativeBase]) -> None:
    """Import every module beside a declarative base, so that its metadata knows every table.

    A model that nobody imported would be missing, and autogenerate would propose to drop it.
    """
    module = sys.modules[base.__module__]
    package = module if hasattr(module, "__path__") else sys.modules[module.__package__ or ""]
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


@contextmanager
def _connection(database: Database) -> Iterator[Connection]:
    """Give the connection that the caller handed in, or one of our own."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        yield given
        return
    with _connected(database) as connection, _foreign_keys_off(connection):
        yield connection


def _connected(database: Database) -> Connection:
    """Connect to a database, which is made first where that is allowed.

    Raises:
        DatabaseError: The server does not let us in, or has no such database.
    """
    try:
        if database.target.creatable and not database.exists():
            database.create()
            logger.info("database %r: created %s", database.name, database.target.url.database)
        if database.target.creatable:
            database.create_schema()
        return database.engine.connect()
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        raise DatabaseError(f"database {database.name!r} cannot be reached: {reason}") from error


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Turn off SQLite's foreign keys, which a batch would otherwise follow when it drops a table.

    Source: Alembic, "Running Batch Migrations for SQLite: Dealing with Referencing Foreign Keys".
    The pragma works only outside a transaction, so it goes to the driver's connection.
    """
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    cursor = raw.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _leave_out_empty(
    migration: MigrationContext,
    revision: str | Iterable[str | None] | Iterable[str],
    directives: list[MigrationScript],
) -> None:
    """Write no revision when autogenerate finds nothing to do."""
    options = context.config.cmd_opts
    if not getattr(options, "autogenerate", False):
        return
    operations = directives[0].upgrade_ops
    if operations is not None and operations.is_empty():
        directives[:] = []
        logger.info("the models match the database: no revision is written")
