"""Create and drop databases on a server of MariaDB."""

from sqlalchemy.engine.interfaces import DBAPICursor

from qapla.database.dialects.base import Failure
from qapla.database.dialects.label import DIRTY, Label
from qapla.database.dialects.mariadb.errors import failure_of
from qapla.database.dialects.network import NetworkServer
from qapla.exceptions import DatabaseError


class MariaDBServer(NetworkServer):
    """The server of a MariaDB database, which can clone none."""

    clones = False

    def exists(self) -> bool:
        """Whether the database exists."""
        query = "SELECT 1 FROM information_schema.schemata WHERE schema_name = :name"
        return bool(self.ask(query))

    def create(self, *, for_tests: bool = False) -> None:
        """Create the database, empty."""
        label = f" COMMENT '{DIRTY}'" if for_tests else ""
        self.run(f"CREATE DATABASE {{name}} CHARACTER SET utf8mb4{label}")

    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""
        return failure_of(error)

    def grant(self, statement: str) -> str:
        """Return the statement of an administrator, in which an underscore stands for itself."""
        name = self.name.replace("_", r"\_")
        return f"GRANT ALL PRIVILEGES ON `{name}`.* TO '{self.default_url.username}'@'%'"

    def is_empty(self) -> bool:
        """Whether the database has no tables."""
        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = :name LIMIT 1"
        return not self.ask(query)

    def identity(self) -> str:
        """Return the identity of the server."""
        return str(self.ask("SELECT concat_ws(' ', @@hostname, @@port, @@datadir)"))

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name}")

    def disable_synchronous_commit(self) -> None:
        """Nothing to do: this is a setting of the whole server."""

    def disconnect(self) -> None:
        """Nothing to do: a database is dropped whoever is connected to it."""

    def clone(self, template: str) -> None:
        """Raise `DatabaseError`: the server has no statement for it."""
        raise DatabaseError(f"database {self.name!r}: MariaDB does not clone databases")

    def database_names(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.list("SELECT schema_name FROM information_schema.schemata")

    def label(self) -> Label | None:
        """Return the label, which is the comment on the database."""
        query = "SELECT schema_comment FROM information_schema.schemata WHERE schema_name = :name"
        return Label.parse(self.ask(query) or "")

    def locate(self, cursor: DBAPICursor) -> tuple[str, Label | None]:
        """Return the name and the label of the database that a cursor of the driver is in."""
        cursor.execute(
            "SELECT schema_name, schema_comment FROM information_schema.schemata "
            "WHERE schema_name = DATABASE()"
        )
        name, label = cursor.fetchone() or ("", "")
        # A server may keep names in small letters alone.
        name = self.name if name.lower() == self.name.lower() else name
        return name, Label.parse(label)

    def set_label(self, label: Label) -> None:
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
