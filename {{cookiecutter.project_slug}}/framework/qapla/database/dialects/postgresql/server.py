"""Create, clone and drop databases on a server of PostgreSQL."""

import time

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from qapla.database.dialects.base import Failure
from qapla.database.dialects.label import DIRTY, Label
from qapla.database.dialects.network import NetworkServer
from qapla.database.dialects.postgresql.errors import failure_of

# The seconds from one look for a lock to the next.
_PAUSE = 0.1
# A limit of connections that no server has. `CREATE DATABASE` itself sets it on a test database, and
# so does a clone, which a killed run would otherwise leave without a label.
_MADE_BY_TESTS = 1_711_276_033
_LABEL = (
    "coalesce(shobj_description(oid, 'pg_database'), CASE datconnlimit "
    f"WHEN {_MADE_BY_TESTS} THEN '{DIRTY}' END, '')"
)
_RELATIONS = """
    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' LIMIT 1
"""


class PostgreSQLServer(NetworkServer):
    """The server of a PostgreSQL database."""

    clones = True

    def prepare(self, connection: Connection) -> None:
        """Turn off synchronous commit, for which labels would wait."""
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

    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""
        return failure_of(error)

    def grant(self, statement: str) -> str:
        """Return the statement of an administrator."""
        role = self.default_url.username
        if not statement.startswith("CREATE"):
            return f'ALTER DATABASE "{self.name}" OWNER TO "{role}"'
        return (
            f'GRANT "{self.owner}" TO "{role}"' if self.owner else f'ALTER ROLE "{role}" CREATEDB'
        )

    def is_empty(self) -> bool:
        """Whether the database has no relations of its own."""
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

    def disable_synchronous_commit(self) -> None:
        """Turn off synchronous commit for the database."""
        self.run("ALTER DATABASE {name} SET synchronous_commit = off")

    def disconnect(self) -> None:
        """End the connections to the database."""
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

    def database_names(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.list("SELECT datname FROM pg_database")

    def label(self) -> Label | None:
        """Return the label, which is the comment on the database."""
        found = self.ask(f"SELECT {_LABEL} FROM pg_database WHERE datname = :name")  # noqa: S608 (a constant)
        return Label.parse(found or "")

    def locate(self, cursor: DBAPICursor) -> tuple[str, Label | None]:
        """Return the name and the label of the database that a cursor of the driver is in."""
        cursor.execute(
            f"SELECT datname, {_LABEL} FROM pg_database WHERE datname = current_database()"  # noqa: S608 (a constant)
        )
        # The driver decodes nothing where the encoding is SQL_ASCII.
        name, label = (
            value.decode() if isinstance(value, bytes) else str(value)
            for value in cursor.fetchone() or ("", "")
        )
        return name, Label.parse(label)

    def set_label(self, label: Label) -> None:
        """Set the comment on the database, which a clone of it does not inherit."""
        self.run(f"COMMENT ON DATABASE {{name}} IS '{label}'")

    def take_lock(self, name: str, seconds: int) -> bool:
        """Take an advisory lock, which ends with the connection.

        A statement that waits would keep a snapshot, for whose end an index that is built concurrently
        by the holder of the lock waits in turn.
        """
        # The connection is idle for as long as the lock is held.
        self.run("SET idle_session_timeout = 0")
        end = time.monotonic() + seconds
        query = "SELECT pg_try_advisory_lock(hashtextextended(:lock, 0))"
        while not self.ask(query, lock=name):
            if time.monotonic() >= end:
                return False
            time.sleep(_PAUSE)
        return True

    def release_lock(self, name: str) -> None:
        """Release an advisory lock."""
        self.ask("SELECT pg_advisory_unlock(hashtextextended(:lock, 0))", lock=name)
