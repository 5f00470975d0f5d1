"""A database: from its settings to its engine, its sessions and its life on the server."""

import importlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import URL, Connection, Engine, NullPool, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.schema import CreateSchema

from qapla.database.connect.engines import Hints, make_engine
from qapla.database.connect.landing import refuse_foreign, watch_connections
from qapla.database.dialects.maintenance import Maintenance, maintenance
from qapla.database.migrations.lock import migration_lock
from qapla.database.places.placement import schema_of
from qapla.database.places.urls import refuse_undroppable
from qapla.database.sessions.routing import RoutedSession
from qapla.database.sessions.uncommitted import has_uncommitted_writes, track
from qapla.embedded import SETTING, socket_query
from qapla.exceptions import DatabaseError, NotDroppable, NotPrepared, SessionEnded

if TYPE_CHECKING:
    from alembic.config import Config

logger = logging.getLogger(__name__)

# Alembic keeps the environment that runs in a module-level proxy: one migration at a time.
_alembic = threading.Lock()
OWNER = "qapla.owner"


@dataclass(frozen=True)
class Target:
    """Say where a database is, as its application found out from the settings.

    `alembic_ini` is the file with the options of Alembic, if there is one;
    `embedded` is the data directory of the embedded server, or None where the URL says it all, and
    `embedded_setting` names the setting of its place;
    `creatable` tells whether an upgrade may make the database when it is missing, and `reader`
    whether marked reads need no transaction. With `tests` only a database is reached that a
    run of tests has made. `namesakes` are the project's own databases, for other purposes, with
    the name of that one, and `neighbours` the names of those in other schemas of this database.
    `run` begins each command that a message tells to type. `direct` is the database on its server
    itself where `url` leads through a pooler.
    """

    url: URL
    migrations: Path
    alembic_ini: Path | None = None
    default_url: URL | None = None
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    embedded: Path | None = None
    embedded_setting: str = SETTING
    creatable: bool = False
    run: str = "uv run"
    reader: bool = False
    tests: bool = False
    namesakes: tuple["Database", ...] = ()
    neighbours: tuple[str, ...] = ()
    direct: URL | None = None


class Database:
    """Describe a database by name; an application makes it usable when it is prepared.

    Args:
        name: The name of the database, as in `request.<name>` and `application.dbs["<name>"]`.
        migrations_key: The key of its migrations directory in the `paths` settings: `migrations` for
            the first database of an application, and `migrations_<name>` for the others.
        models: The package of its models, which the application imports when it is prepared; by
            default `databases.<name>` in the package of the application, where there is one.
    """

    # What is asked before a database is used; in tests it keeps out what has no right to it.
    guard: ClassVar[Callable[["Database"], None] | None] = None

    def __init__(
        self, name: str, migrations_key: str | None = None, models: str | None = None
    ) -> None:
        self.name = name
        self.migrations_key = migrations_key
        self.models = models
        self.before_session: Callable[[Database], None] | None = None
        self.on_lost_writes: Callable[[Database, Session], None] = _warn
        self._target: Target | None = None
        self._engine: Engine | None = None
        self._sessions: sessionmaker[Session] | None = None
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        where = "not prepared" if self._target is None else str(self._target.url)
        return f"<Database {self.name!r}: {where}>"

    def at(self, target: Target) -> "Database":
        """Return a database like this one that is placed at a target; nothing connects."""
        placed = Database(self.name, self.migrations_key, self.models)
        placed._target = target
        return placed

    @property
    def target(self) -> Target:
        """Return where the database is.

        Raises:
            NotPrepared: This is only a description; the application has the database itself.
        """
        if self._target is None:
            raise NotPrepared(
                f"database {self.name!r} is only described here: "
                f"use the application's, application.dbs[{self.name!r}]"
            )
        return self._target

    @property
    def url(self) -> URL:
        """Return the URL that reaches the database; starts the embedded server for its own."""
        target = self.target
        if target.embedded is None:
            return target.url
        query = socket_query(target.embedded, target.embedded_setting)
        return target.url.update_query_dict(query)

    @property
    def engine(self) -> Engine:
        """Return the engine of this process, made at first use."""
        self._ask_the_guard()
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    engine = make_engine(self.url, self.target.options, self._hints)
                    if self.target.tests:
                        watch_connections(engine, self.maintenance, self.name)
                    self._engine = engine
        return self._engine

    @property
    def reader(self) -> Engine | None:
        """Return the engine of short reads, or None where reads belong to a transaction."""
        engine = self.engine
        return engine if self.target.reader else None

    @contextmanager
    def connect_directly(self) -> Iterator[Connection]:
        """Open a connection to the server itself, past a pooler, for migrations."""
        if self.target.direct is None:
            with self.engine.connect() as connection:
                yield connection
            return
        engine = make_engine(self.direct_url, {"poolclass": NullPool}, self._hints)
        with engine.connect() as connection:
            yield connection

    @property
    def direct_url(self) -> URL:
        """Return the URL that reaches the database on its server itself."""
        return self.target.direct or self.url

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Return the factory of the database's sessions, made at first use."""
        self._ask_the_guard()
        if self._sessions is None:
            with self._lock:
                if self._sessions is None:
                    sessions: sessionmaker[Session] = sessionmaker(
                        self.engine, class_=RoutedSession, reader=self.reader
                    )
                    track(sessions, self.engine)
                    self._sessions = sessions
        return self._sessions

    @property
    def _hints(self) -> Hints:
        upgrade = f"type `{self.upgrade_command}`"
        # Only where it is allowed does an upgrade make the database.
        by_hand = "" if self.target.creatable else "create it on its server, and then "
        return Hints(self.name, by_hand + upgrade, upgrade)

    @property
    def upgrade_command(self) -> str:
        """Return what to type to bring the database to its newest revision."""
        return f"{self.target.run} alembic -n {self.name} upgrade head"

    def get_session(self, owner: object = None) -> Session:
        """Return a new session; whoever asked for it closes it.

        Args:
            owner: What the session is opened for, as messages name it.
        """
        if self.before_session is not None:
            self.before_session(self)
        session = self.sessions()
        session.info[OWNER] = owner
        return session

    def end_session(self, session: Session, *, completed: bool) -> None:
        """Roll back what was not committed, and close.

        Args:
            session: A session of this database.
            completed: Whether its work ended without an exception. Writes that are uncommitted
                then are lost by mistake, and reported.
        """
        try:
            if completed and has_uncommitted_writes(session):
                self.on_lost_writes(self, session)
        finally:
            session.close()
            if isinstance(session, RoutedSession):
                session.end(partial(self._ended, session.info.get(OWNER)))

    def roll_back(self, session: Session, *, completed: bool) -> None:
        """Roll back the transaction of a session, which stays usable; the arguments are as above.

        Objects without a transaction are left alone: to expire them would cost a query for each.
        """
        try:
            if completed and has_uncommitted_writes(session):
                self.on_lost_writes(self, session)
        finally:
            if session.in_transaction():
                session.rollback()

    def _ended(self, owner: object) -> SessionEnded:
        return SessionEnded(
            f"database {self.name!r}: {owner or 'a unit of work'} has ended, and its session with "
            "it: call a driver's `stream()`, which has sessions of its own, or open one, "
            f"`with application.dbs[{self.name!r}].get_session() as session:`"
        )

    def reset_hooks(self) -> None:
        """Take back what a test has hooked into the database's sessions."""
        self.before_session = None
        self.on_lost_writes = _warn

    def _ask_the_guard(self) -> None:
        if Database.guard is not None:
            Database.guard(self)

    def dispose(self) -> None:
        """Close the pooled connections; the next use makes new ones."""
        if self._engine is not None:
            self._engine.dispose()

    @property
    def maintenance(self) -> Maintenance:
        """Return what creates and drops the database on its server."""
        return maintenance(self.direct_url, self.target.default_url)

    def migration_lock(self) -> AbstractContextManager[None]:
        """Lock the database against migrations by other processes, and wait for one that runs.

        A role that may not create databases may have no right to the maintenance database either:
        unless the settings name one, the lock is then in the database itself.
        """
        beside = self.target.creatable or self.target.default_url is not None
        return migration_lock(self.name, self.direct_url, self.maintenance if beside else None)

    def exists(self) -> bool:
        """Whether the database exists on its server."""
        return self.maintenance.exists()

    def create(self) -> None:
        """Create the database, empty."""
        self.maintenance.create(for_tests=self.target.tests)

    def create_schema(self) -> None:
        """Create the schema that the `search_path` of the URL names first, unless it is there."""
        schema = schema_of(self.target.url)
        if not schema or self.target.url.get_backend_name() != "postgresql":
            return
        with self.engine.begin() as connection:
            # To create one that is there already needs a privilege too.
            query = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
            if connection.scalar(query, {"schema": schema}) is None:
                connection.execute(CreateSchema(schema))

    def drop(self) -> None:
        """Drop the database if it exists, with every connection to it.

        Raises:
            NotDroppable: Other databases of the project are schemas of it, or it is to be a test
                database and no run of tests has made it.
        """
        if self.target.tests:
            refuse_foreign(self.maintenance, self.name)
        if self.target.neighbours:
            others = ", ".join(map(repr, self.target.neighbours))
            raise NotDroppable(
                f"database {self.name!r}: {self.target.url.database!r} is not dropped, as it has the "
                f"schema of {others} too: drop the schema of {self.name!r} by hand"
            )
        self.dispose()
        self.maintenance.drop()

    def recreate(self, server: Maintenance | None = None) -> None:
        """Drop the test database, create it and migrate it to the newest revision.

        Args:
            server: What looks after the database, if it has a connection already.

        Raises:
            NotDroppable: By its name this is not a test database, or no run of tests has made it.
        """
        refuse_undroppable(self.target.url, self.name)
        server = server or self.maintenance
        refuse_foreign(server, self.name)
        # Meanwhile, as the server takes its time to make the database.
        threading.Thread(target=importlib.import_module, args=("alembic.command",)).start()
        self.dispose()
        server.drop()
        server.create(for_tests=True)
        server.hurry()
        self.create_schema()
        self.migrate()

    def alembic_config(self, connection: Connection | None = None) -> "Config":
        """Return the Alembic configuration of this database, for Alembic's own commands.

        Args:
            connection: The connection that the environment is to use, or None for one of its own.
        """
        # Imported here, as in the methods below: only what migrates waits for Alembic.
        from qapla.database.migrations.configuration import make_config

        config = make_config(self.name, self.target.migrations, self.target.alembic_ini)
        config.attributes.update(database=self, connection=connection)
        return config

    def migration_directories(self) -> list[Path]:
        """Return the directories of the migrations: the main one, and `version_locations`."""
        ini, root = self.target.alembic_ini, self.target.migrations
        # Alembic is not imported for nothing: a run of tests may migrate no database.
        if ini is None or "version_locations" not in ini.read_text(encoding="utf-8"):
            return [root]
        locations = self.alembic_config().get_version_locations_list() or []
        resolved = [Path(location).resolve() for location in locations]
        return [root, *(path for path in resolved if root.resolve() not in path.parents)]

    def migrate(self, revision: str = "head", connection: Connection | None = None) -> None:
        """Upgrade to a revision in this process.

        Args:
            revision: A revision as `alembic upgrade` takes it.
            connection: The connection to migrate on, or None for one of its own.

        Raises:
            DatabaseError: The newest revision is asked for, and there are several.
        """
        from alembic import command
        from alembic.util import CommandError

        self._ask_the_guard()
        config = self.alembic_config(connection)
        try:
            with _alembic:
                command.upgrade(config, revision)
        except CommandError:
            if revision == "head":
                self._refuse_several_heads(config)
            raise

    def _refuse_several_heads(self, config: "Config") -> None:
        from alembic.script import ScriptDirectory

        heads = sorted(ScriptDirectory.from_config(config).get_heads())
        if len(heads) > 1:
            raise DatabaseError(
                f"database {self.name!r} has the heads {', '.join(heads)}: "
                f"type `{self.target.run} alembic -n {self.name} merge heads`"
            ) from None

    def downgrade(self, revision: str, connection: Connection | None = None) -> None:
        """Downgrade to a revision in this process; the arguments are those of `migrate`."""
        from alembic import command

        self._ask_the_guard()
        with _alembic:
            command.downgrade(self.alembic_config(connection), revision)


def _warn(database: Database, session: Session) -> None:
    logger.warning(lost_writes(database, session))


def lost_writes(database: Database, session: Session) -> str:
    """Return the sentence that reports writes which nobody committed."""
    return (
        f"database {database.name!r}: {session.info.get(OWNER) or 'a session'} ended with writes "
        "that nobody committed, and they are lost: commit the session, or write inside "
        "`with driver.transaction():`"
    )
