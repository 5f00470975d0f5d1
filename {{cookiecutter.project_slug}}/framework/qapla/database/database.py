"""A database: its connections and its sessions."""

import threading
from functools import partial
from typing import ClassVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from qapla.database import lifecycle
from qapla.database.connect.connections import Connections
from qapla.database.connect.explain import (
    Hints,
    managed_hints,
    refuse_missing_file,
    unmanaged_hints,
)
from qapla.database.connect.landing import watch_connections
from qapla.database.connect.slow import log_slow_statements
from qapla.database.dialects import dialect_of
from qapla.database.dialects.server import Server
from qapla.database.dialects.unmanaged import UnmanagedServer
from qapla.database.migrations.runner import Migrations
from qapla.database.observer import OWNER, Observer
from qapla.database.places.target import Target
from qapla.database.sessions.routing import RoutedSession
from qapla.database.sessions.uncommitted import has_uncommitted_writes, track
from qapla.exceptions import NotManaged, NotPrepared, SessionEnded


class Database:
    """A database by name; an application makes it usable when it is prepared.

    Args:
        name: The name of the database, as in `request.<name>` and `application.dbs["<name>"]`.
        migrations_key: The key of its migrations directory in the `paths` settings: `migrations` for
            the first database of an application, and `migrations_<name>` for the others.
        models: The package of its models, which the application imports when it is prepared; by
            default `databases.<name>` in the package of the application, where there is one.
        managed: Whether the project makes the schema, by migrations. The schema of an unmanaged
            database belongs to others; its test database is made from the models.
    """

    # The observer of every database of the process.
    observer: ClassVar[Observer] = Observer()

    def __init__(
        self,
        name: str,
        migrations_key: str | None = None,
        models: str | None = None,
        *,
        managed: bool = True,
    ) -> None:
        self.name = name
        self.migrations_key = migrations_key
        self.models = models
        self.managed = managed
        self._target: Target | None = None
        self._connections: Connections | None = None
        self._sessions: sessionmaker[Session] | None = None
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        where = "not prepared" if self._target is None else str(self._target.url)
        return f"<Database {self.name!r}: {where}>"

    def at(self, target: Target) -> "Database":
        """Return a database like this one that is placed at a target; nothing connects."""
        placed = Database(self.name, self.migrations_key, self.models, managed=self.managed)
        placed._target = target
        return placed

    @property
    def target(self) -> Target:
        """Return the place of the database.

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
    def connections(self) -> Connections:
        """Return the connections to the database: its engine's, and others past the pool.

        Raises:
            NotPrepared: This is only a description.
        """
        if self._connections is None:
            with self._lock:
                if self._connections is None:
                    self._connections = Connections(
                        self.name, self.target, self._hints, self._prepare_engine
                    )
        return self._connections

    @property
    def url(self) -> URL:
        """Return the URL of the database; starts the embedded server for its own.

        Raises:
            DatabaseNotFound: It is an unmanaged database without a URL.
        """
        return self.connections.url

    @property
    def engine(self) -> Engine:
        """Return the engine of this process, made at first use."""
        self.notice_use()
        return self.connections.engine

    @property
    def reader(self) -> Engine | None:
        """Return the engine of short reads, or None where reads belong to a transaction."""
        engine = self.engine
        return engine if self.target.reader else None

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Return the factory of the database's sessions, made at first use."""
        self.notice_use()
        if self._sessions is None:
            with self._lock:
                if self._sessions is None:
                    sessions: sessionmaker[Session] = sessionmaker(
                        self.engine,
                        class_=RoutedSession,
                        reader=self.reader,
                        opened=self._opened,
                        closed=self._closed,
                    )
                    track(sessions, self.engine)
                    self._sessions = sessions
        return self._sessions

    def get_session(self, owner: object = None) -> Session:
        """Return a new session; whoever asked for it closes it.

        Args:
            owner: The work that the session is opened for, as messages name it.
        """
        self.observer.session_requested(self)
        session = self.sessions()
        session.info[OWNER] = owner
        return session

    def end_session(self, session: Session, *, completed: bool) -> None:
        """Roll back uncommitted work, and close.

        Args:
            session: A session of this database.
            completed: Whether its work ended without an exception. Writes that are uncommitted
                then are lost by mistake, and reported.
        """
        try:
            if completed and has_uncommitted_writes(session):
                self.observer.writes_lost(self, session)
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
                self.observer.writes_lost(self, session)
        finally:
            if session.in_transaction():
                session.rollback()

    def dispose(self) -> None:
        """Close the pooled connections; the next use makes new ones."""
        if self._connections is not None:
            self._connections.dispose()

    @property
    def server(self) -> Server:
        """Return the server of the database, which creates, clones, labels and locks it."""
        dialect = dialect_of(self.target.url.get_backend_name())
        server = dialect.server(self.connections.direct_url, self.target.default_url)
        is_ours = self.managed or self.target.tests
        return server if is_ours else UnmanagedServer(server, self.name)

    @property
    def migrations(self) -> Migrations:
        """Return the migrations of the database.

        Raises:
            NotManaged: The database is not managed by this project.
        """
        directory = self.target.migrations
        if directory is None or not self.managed:
            raise NotManaged(self.name)
        return Migrations(self, directory)

    def exists(self) -> bool:
        """Whether the database exists on its server."""
        return self.server.exists()

    def create(self) -> None:
        """Create the database, empty.

        Raises:
            NotManaged: The database is not managed by this project.
        """
        lifecycle.create(self)

    def drop(self) -> None:
        """Drop the database if it exists, with every connection to it.

        Raises:
            NotManaged: The database is not managed by this project.
            NotDroppable: Other databases of the project are schemas of it, or it is to be a test
                database and no run of tests has made it.
        """
        lifecycle.drop(self)

    def recreate(self, server: Server | None = None) -> None:
        """Drop the test database, create it and its tables: by its migrations, or by its models.

        Args:
            server: The server of the database, if one has a connection already.

        Raises:
            NotManaged: The database is not managed by this project.
            NotDroppable: By its name this is not a test database, or no run of tests has made it.
        """
        lifecycle.recreate(self, server)

    def migrate(self, revision: str = "head", connection: Connection | None = None) -> None:
        """Upgrade to a revision in this process; short for `migrations.upgrade`."""
        self.migrations.upgrade(revision, connection)

    def downgrade(self, revision: str, connection: Connection | None = None) -> None:
        """Downgrade to a revision in this process; short for `migrations.downgrade`."""
        self.migrations.downgrade(revision, connection)

    def notice_use(self) -> None:
        """Report to the observer that the database is about to be used."""
        self.observer.database_used(self)

    def _opened(self, session: Session) -> None:
        self.observer.session_opened(self, session)

    def _closed(self, session: Session) -> None:
        self.observer.session_closed(self, session)

    def _prepare_engine(self, engine: Engine) -> None:
        """Add the listeners of this database to its new engine."""
        target = self.target
        if target.tests:
            watch_connections(engine, self.server, self.name)
        elif not self.managed:
            refuse_missing_file(engine, self._hints())
        if target.slow_seconds:
            log_slow_statements(engine, self.name, target.slow_seconds, target.package)
        for instrument in target.instruments:
            instrument(engine, self.name, target.options)

    def _hints(self) -> Hints:
        if not self.managed:
            return unmanaged_hints(self.name, tests=self.target.tests)
        command = self.migrations.upgrade_command
        return managed_hints(self.name, command, creatable=self.target.creatable)

    def _ended(self, owner: object) -> SessionEnded:
        return SessionEnded(
            f"database {self.name!r}: {owner or 'a unit of work'} has ended, and its session with "
            "it: call a driver's `stream()`, which has sessions of its own, or open one, "
            f"`with application.dbs[{self.name!r}].get_session() as session:`"
        )
