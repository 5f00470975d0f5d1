"""The Alembic environment of one database.

Used by the `alembic` command, and in-process by an application that is prepared already: then
`config.attributes` holds the `database`, the `connection` to migrate on, whether to `wait` for another
process, and a function for `on_version_apply`.
Source: Alembic, "Sharing a Connection across one or more programmatic migration commands".
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Unpack

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.database.lifecycle import create_schema
from qapla.database.migrations.autogenerate.removals import order_removals
from qapla.database.migrations.models import import_package
from qapla.database.migrations.online import IN_TRANSACTION
from qapla.database.migrations.options import Options, combined
from qapla.database.migrations.reflection import exact_defaults
from qapla.exceptions import DatabaseError, NotManaged, QaplaError
from qapla.logs.context import bound

logger = logging.getLogger(__name__)


class AlembicEnv:
    """Run the migrations of a database, online or offline; for its `migrations/<name>/env.py`.

    Args:
        application: The application that has the database.
        base: The declarative base of the database's models.
        name: The name of the database.
        options: Options of Alembic's `context.configure`, above the defaults of this class.
            `include_name`, `render_item`, `process_revision_directives` and
            `autogenerate_plugins` are combined with the defaults.
    """

    def __init__(
        self,
        application: DatabaseApplication,
        base: type[DeclarativeBase],
        name: str,
        **options: Unpack[Options],
    ) -> None:
        self.application = application
        self.base = base
        self.name = name
        self.options = options

    def run(self) -> None:
        """Run the command of Alembic.

        Raises:
            CommandError: The application cannot be prepared, or the database is not there or not
                managed by the project; the command shows it as one line.
        """
        attributes = context.config.attributes
        database: Database | None = attributes.get("database")
        given: Connection | Engine | None = attributes.get("connection")
        if database is None and given is not None:
            self._refuse_unmanaged()
        if database is not None or given is not None:
            self._run(database, given)
            return
        try:
            database = self.application.run_command().dbs[self.name]
            if not database.managed:
                raise NotManaged(self.name)
            try:
                self._run(database, None)
            finally:
                database.dispose()
        except QaplaError as error:
            text = str(error)
            # The command prints it, and logs it beside that.
            logging.getLogger("alembic.util.messaging").addFilter(
                lambda it: it.getMessage() != text
            )
            raise CommandError(text) from error

    def _refuse_unmanaged(self) -> None:
        """Refuse a database of others, on a connection of another program.

        That does not prepare the application, which knows only then.

        Raises:
            NotManaged: The database is not managed by the project.
        """
        is_prepared = self.application.purpose is not None
        if is_prepared and not self.application.dbs[self.name].managed:
            raise NotManaged(self.name)

    def _run(self, database: Database | None, given: Connection | Engine | None) -> None:
        import_models(self.base)
        with ExitStack() as stack:
            stack.enter_context(bound(database=self.name))
            if context.is_offline_mode():
                self._migrate_offline(database, given)
                return
            attributes = context.config.attributes
            is_in_transaction = isinstance(given, Connection) and given.in_transaction()
            attributes[IN_TRANSACTION] = is_in_transaction
            connection = stack.enter_context(_connection(database, given))
            if database is not None and _changes_database():
                wait = attributes.get("wait", True)
                stack.enter_context(database.migrations.lock(wait=wait))
            self._migrate(connection.dialect.name, connection=connection)

    def _migrate_offline(
        self, database: Database | None, given: Connection | Engine | None
    ) -> None:
        """Print SQL, for which no server is needed, the embedded one neither."""
        dialect = (
            database.target.url.get_dialect().name if database is not None else given.dialect.name  # type: ignore[union-attr]
        )
        # The parameter style of the driver's would double the percent signs.
        named = {"paramstyle": "named"}
        self._migrate(dialect, dialect_name=dialect, dialect_opts=named, literal_binds=True)

    def _migrate(self, dialect: str, **options: Any) -> None:
        defaults: Options = {
            "target_metadata": self.base.metadata,
            "compare_type": True,
            "compare_server_default": True,
            # What a revision has committed by itself is recorded before the next one.
            "transaction_per_migration": True,
            # SQLite can change a table only by copying it.
            "render_as_batch": dialect_of(dialect).alters_by_copy,
            "process_revision_directives": _process,
            "on_version_apply": context.config.attributes.get("on_version_apply", _ignore),
            **options,  # type: ignore[typeddict-item]
        }
        context.configure(**combined(defaults, self.options, context.script))
        with exact_defaults(), context.begin_transaction():
            context.run_migrations()


def import_models(base: type[DeclarativeBase]) -> None:
    """Import every module beside a declarative base, so that its metadata knows every table.

    A model that nobody imported would be missing, and autogenerate would propose to drop it.
    """
    module = sys.modules[base.__module__]
    import_package(module.__name__ if hasattr(module, "__path__") else module.__package__ or "")


@contextmanager
def _connection(
    database: Database | None, given: Connection | Engine | None
) -> Iterator[Connection]:
    """Open a connection, unless the caller has handed one in."""
    if isinstance(given, Connection):
        yield given
        return
    with ExitStack() as stack:
        if given is not None:
            connection = stack.enter_context(given.connect())
        else:
            connection = _connected(database, stack)
        dialect = dialect_of(connection.dialect.name)
        stack.enter_context(dialect.foreign_keys_off(connection))
        yield connection


def _connected(database: Database | None, stack: ExitStack) -> Connection:
    """Connect to a database, which is made first where that is allowed.

    Raises:
        DatabaseError: The server does not let us in, or has no such database.
    """
    assert database is not None  # noqa: S101 (for mypy)
    try:
        if database.target.creatable:
            if not database.exists():
                _create(database)
            create_schema(database)
        return stack.enter_context(database.connections.directly())
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        raise DatabaseError(f"database {database.name!r} cannot be reached: {reason}") from error


def _create(database: Database) -> None:
    """Create a database unless another process does so meanwhile."""
    with database.migrations.lock(wait=context.config.attributes.get("wait", True)):
        if not database.exists():
            database.create()
            logger.info("database %r: created %s", database.name, database.target.url.database)


def _changes_database() -> bool:
    """Whether the command upgrades, downgrades or stamps, and does not only look."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def _ignore(**_: Any) -> None:
    """Listen to an applied revision, where nobody else does."""


def _process(
    migration: MigrationContext,
    revision: str | Iterable[str | None] | Iterable[str],
    directives: list[MigrationScript],
) -> None:
    """Order the removals, and write no revision when autogenerate finds nothing to do."""
    order_removals(directives)
    options = context.config.cmd_opts
    if not getattr(options, "autogenerate", False):
        return
    if not all(script.upgrade_ops and script.upgrade_ops.is_empty() for script in directives):
        return
    directives[:] = []
    logger.info("the models match the database: no revision is written")
