"""Create, clone and drop databases on the servers of PostgreSQL and MariaDB.

Both take these statements only outside a transaction, and from a connection to another database
than the one that they are about.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from qapla.database.dialects.label import UNCLEAN
from qapla.exceptions import CreationDenied, DatabaseError, LockTimeout

# How many seconds a process waits for a lock, as for another one that migrates.
_PATIENCE = 600
# A limit of connections that no server has. `CREATE DATABASE` itself sets it on a test database, and
# so does a clone, which a killed run would otherwise leave without a label.
_MADE_BY_TESTS = 1_711_276_033
# Insufficient privilege, an unknown role, and the first one on MariaDB.
_NOT_ALLOWED = ("42501", "42704", 1044)
# PostgreSQL's code of a lock that was waited for too long.
_LOCK_NOT_AVAILABLE = "55P03"


class _Server:
    """Reach a server through its maintenance database."""

    def __init__(self, url: URL, default_url: URL) -> None:
        self.url = url
        self.name = url.database or ""
        self.default_url = default_url
        # The role that is to use the database, where it is another one than that which creates it.
        same = url.username in (None, default_url.username)
        self.owner = None if same else url.username
        self._open: Connection | None = None

    @property
    def drop_by_hand(self) -> str:
        """Return the statement that drops the database."""
        quote = self.url.get_dialect()().identifier_preparer.quote_identifier
        return f"DROP DATABASE {quote(self.name).replace('%%', '%')}"

    def sibling(self, name: str) -> Self:
        """Return the maintenance of another database of the server, on the same connection."""
        other = type(self)(self.url.set(database=name), self.default_url)
        other._open = self._open
        return other

    def share(self, other: Any) -> None:
        """Use the connection that another one has open, if it is to the same server."""
        same = isinstance(other, _Server) and other.default_url == self.default_url
        opened = other._open if same else None
        # One that the server has closed since is of no use.
        if opened is not None and not opened.invalidated:
            self._open = opened

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection in autocommit, that of the block around if there is one."""
        if self._open is not None:
            yield self._open
            return
        engine = create_engine(
            self.default_url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        with engine.connect() as self._open:
            try:
                self.prepare(self._open)
                yield self._open
            finally:
                self._open = None

    def prepare(self, connection: Connection) -> None:
        """Set what the statements of a new connection need."""

    def run(self, statement: str, **names: str) -> None:
        """Run a statement in which `{name}` stands for the quoted name of the database.

        Args:
            statement: The statement.
            names: The names that stand for other words in braces, to be quoted too.

        Raises:
            DatabaseError: The role of the maintenance URL may not run the statement.
        """
        with self.connection() as connection:
            # Quoted for a driver that formats: a percent sign in the name is doubled already.
            quote = connection.dialect.identifier_preparer.quote_identifier
            quoted = {word: quote(name) for word, name in {"name": self.name, **names}.items()}
            try:
                connection.exec_driver_sql(statement.format(**quoted))
            except DBAPIError as error:
                self._refuse_denied(error, statement)
                raise

    def _refuse_denied(self, error: DBAPIError, statement: str) -> None:
        driver: Any = error.orig
        if {getattr(driver, "sqlstate", None), *driver.args[:1]} & {*_NOT_ALLOWED}:
            reason = str(driver.args[-1]).partition("\n")[0]
            raise (CreationDenied if statement.startswith("CREATE") else DatabaseError)(
                f"database {self.name!r}: the role {self.default_url.username!r} may not run "
                f"`{' '.join(statement.split()[:2])}` ({reason}): type `{self.grant(statement)}`, or "
                "give default_url another role"
            ) from None

    def grant(self, statement: str) -> str:
        """Return the statement that lets the role of the maintenance URL run another one."""
        raise NotImplementedError

    def ask(self, query: str, **values: Any) -> Any:
        """Return the first column of a query's first row, or None."""
        with self.connection() as connection:
            return connection.scalar(text(query), {"name": self.name, **values})

    def list(self, query: str) -> list[str]:
        """Return the first column of a query."""
        with self.connection() as connection:
            return [str(value) for value in connection.scalars(text(query))]

    @contextmanager
    def locked(self, name: str, *, wait: bool = True) -> Iterator[bool]:
        """Hold a lock of the server, which ends with the connection."""
        with self.connection():
            taken = self.take_lock(name, _PATIENCE if wait else 0)
            if wait and not taken:
                raise LockTimeout(name, _PATIENCE)
            try:
                yield taken
            finally:
                if taken:
                    # A server that has closed the idle connection has released the lock with it.
                    with suppress(DBAPIError, PendingRollbackError):
                        self.release_lock(name)

    def take_lock(self, name: str, seconds: int) -> bool:
        """Take a lock, and return whether that was possible within some seconds."""
        raise NotImplementedError

    def release_lock(self, name: str) -> None:
        """Release a lock that was taken."""
        raise NotImplementedError


_LABEL = (
    "coalesce(shobj_description(oid, 'pg_database'), CASE datconnlimit "
    f"WHEN {_MADE_BY_TESTS} THEN '{UNCLEAN}' END, '')"
)
_RELATIONS = """
    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' LIMIT 1
"""


class PostgreSQL(_Server):
    """Look after a database of a PostgreSQL server."""

    clones = True

    def prepare(self, connection: Connection) -> None:
        """Let comments not wait for the disk."""
        connection.exec_driver_sql("SET synchronous_commit = off")

    def exists(self) -> bool:
        """Whether the database exists."""
        return bool(self.ask("SELECT 1 FROM pg_database WHERE datname = :name"))

    def create(self, *, for_tests: bool = False) -> None:
        """Create the database, empty, for the role of its URL."""
        self._create("CREATE DATABASE {name}", for_tests=for_tests)

    def _create(self, statement: str, *, for_tests: bool, **names: str) -> None:
        if self.owner is not None:
            # Others than the owner may create nothing in it, since PostgreSQL 15.
            statement, names = f"{statement} OWNER {{owner}}", {**names, "owner": self.owner}
        if for_tests:
            statement = f"{statement} CONNECTION LIMIT {_MADE_BY_TESTS}"
        self.run(statement, **names)

    def grant(self, statement: str) -> str:
        """Return the statement of an administrator."""
        role = self.default_url.username
        if not statement.startswith("CREATE"):
            return f'ALTER DATABASE "{self.name}" OWNER TO "{role}"'
        return (
            f'GRANT "{self.owner}" TO "{role}"' if self.owner else f'ALTER ROLE "{role}" CREATEDB'
        )

    def is_empty(self) -> bool:
        """Return whether the database has no relations of its own."""
        engine = create_engine(self.default_url.set(database=self.name), poolclass=NullPool)
        try:
            with engine.connect() as connection:
                return not connection.scalar(text(_RELATIONS))
        except DBAPIError:
            # Whoever may not look may not take it for empty.
            return False

    def identity(self) -> str:
        """Return the identity of the server, of which a physical copy has another one."""
        query = "SELECT concat(system_identifier, ' ', pg_postmaster_start_time()) "
        return str(self.ask(f"{query} FROM pg_control_system()"))

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def hurry(self) -> None:
        """Let commits to the database not wait for the disk."""
        self.run("ALTER DATABASE {name} SET synchronous_commit = off")

    def disconnect(self) -> None:
        """End whatever is connected to the database."""
        self.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name"
        )

    def clone(self, template: str) -> None:
        """Create the database as a copy of another one, which nobody is connected to.

        The strategy is WAL_LOG, ten times as fast as FILE_COPY for a small database; it is not
        named, as it is the default since PostgreSQL 15 and older servers know none.
        Source: PostgreSQL, "CREATE DATABASE".
        """
        self._create(
            "CREATE DATABASE {name} TEMPLATE {template}", for_tests=True, template=template
        )

    def beside(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.list("SELECT datname FROM pg_database")

    def label(self) -> str:
        """Return the comment on the database."""
        return self.ask(f"SELECT {_LABEL} FROM pg_database WHERE datname = :name") or ""

    def landed(self, cursor: DBAPICursor) -> tuple[str, str]:
        """Return the name and the label of the database that a cursor of the driver is in."""
        cursor.execute(
            f"SELECT datname, {_LABEL} FROM pg_database WHERE datname = current_database()"
        )
        # The driver decodes nothing where the encoding is SQL_ASCII.
        name, label = (
            value.decode() if isinstance(value, bytes) else str(value)
            for value in cursor.fetchone() or ("", "")
        )
        return name, label

    def set_label(self, label: str) -> None:
        """Set the comment on the database, which a clone of it does not inherit."""
        self.run(f"COMMENT ON DATABASE {{name}} IS '{label}'")

    def take_lock(self, name: str, seconds: int) -> bool:
        """Take an advisory lock, which ends with the connection."""
        # The connection is idle for as long as the lock is held.
        self.run("SET idle_session_timeout = 0")
        if not seconds:
            query = "SELECT pg_try_advisory_lock(hashtextextended(:lock, 0))"
            return bool(self.ask(query, lock=name))
        self.run(f"SET lock_timeout = '{seconds}s'")
        try:
            self.ask("SELECT pg_advisory_lock(hashtextextended(:lock, 0))", lock=name)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            return False
        finally:
            self.run("RESET lock_timeout")
        return True

    def release_lock(self, name: str) -> None:
        """Release an advisory lock."""
        self.ask("SELECT pg_advisory_unlock(hashtextextended(:lock, 0))", lock=name)


class MariaDB(_Server):
    """Look after a database of a MariaDB server, which can clone none."""

    clones = False

    def exists(self) -> bool:
        """Whether the database exists."""
        query = "SELECT 1 FROM information_schema.schemata WHERE schema_name = :name"
        return bool(self.ask(query))

    def create(self, *, for_tests: bool = False) -> None:
        """Create the database, empty."""
        label = f" COMMENT '{UNCLEAN}'" if for_tests else ""
        self.run(f"CREATE DATABASE {{name}} CHARACTER SET utf8mb4{label}")

    def grant(self, statement: str) -> str:
        """Return the statement of an administrator, in which an underscore stands for itself."""
        name = self.name.replace("_", r"\_")
        return f"GRANT ALL PRIVILEGES ON `{name}`.* TO '{self.default_url.username}'@'%'"

    def is_empty(self) -> bool:
        """Return whether the database has no tables."""
        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = :name LIMIT 1"
        return not self.ask(query)

    def identity(self) -> str:
        """Return the identity of the server."""
        return str(self.ask("SELECT concat_ws(' ', @@hostname, @@port, @@datadir)"))

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name}")

    def hurry(self) -> None:
        """Do nothing: that is a setting of the whole server."""

    def disconnect(self) -> None:
        """Do nothing: a database is dropped whoever is connected to it."""

    def clone(self, template: str) -> None:
        """Fail: the server has no statement for it."""
        raise DatabaseError(f"database {self.name!r}: MariaDB does not clone databases")

    def beside(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.list("SELECT schema_name FROM information_schema.schemata")

    def label(self) -> str:
        """Return the comment on the database."""
        query = "SELECT schema_comment FROM information_schema.schemata WHERE schema_name = :name"
        return self.ask(query) or ""

    def landed(self, cursor: DBAPICursor) -> tuple[str, str]:
        """Return the name and the label of the database that a cursor of the driver is in."""
        cursor.execute(
            "SELECT schema_name, schema_comment FROM information_schema.schemata "
            "WHERE schema_name = DATABASE()"
        )
        name, label = cursor.fetchone() or ("", "")
        # A server may keep names in small letters alone.
        return self.name if name.lower() == self.name.lower() else name, label

    def set_label(self, label: str) -> None:
        """Set the comment on the database."""
        self.run(f"ALTER DATABASE {{name}} COMMENT = '{label}'")

    def take_lock(self, name: str, seconds: int) -> bool:
        """Take a lock of the server, which ends with the connection."""
        # The connection is idle for as long as the lock is held.
        self.run("SET SESSION wait_timeout = 2147483")
        return bool(self.ask(f"SELECT GET_LOCK(SHA2(:lock, 224), {seconds})", lock=name))

    def release_lock(self, name: str) -> None:
        """Release a lock of the server."""
        self.ask("SELECT RELEASE_LOCK(SHA2(:lock, 224))", lock=name)
