"""Run the migrations of a database in this process.

Alembic is imported by the methods that need it, as only those who migrate wait for it.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from qapla.database.migrations.lock import migration_lock
from qapla.database.migrations.state import applied, environment_lock, needed
from qapla.database.migrations.status import is_there
from qapla.exceptions import DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

    from qapla.database.database import Database


class Migrations:
    """The migrations of a database.

    Args:
        database: The database, which is prepared.
        directory: The directory of its migrations.
    """

    def __init__(self, database: "Database", directory: Path) -> None:
        self._database = database
        self.directory = directory

    @property
    def upgrade_command(self) -> str:
        """Return the command that upgrades the database to its newest revision."""
        return f"{self._database.target.run} qapla db upgrade --database {self._database.name}"

    def config(self, connection: Connection | None = None) -> "Config":
        """Return the Alembic configuration of the database, for Alembic's own commands.

        Args:
            connection: The connection of the environment, or None for one of its own.
        """
        from qapla.database.migrations.configuration import make_config

        target = self._database.target
        config = make_config(self._database.name, self.directory, target.alembic_ini)
        config.attributes.update(database=self._database, connection=connection)
        return config

    def directories(self) -> list[Path]:
        """Return the directories of the migrations: the main one, and `version_locations`."""
        ini, root = self._database.target.alembic_ini, self.directory
        # A run of tests may migrate no database.
        if ini is None or "version_locations" not in ini.read_text(encoding="utf-8"):
            return [root]
        locations = self.config().get_version_locations_list() or []
        resolved = [Path(location).resolve() for location in locations]
        return [root, *(path for path in resolved if root.resolve() not in path.parents)]

    def heads(self) -> list[str]:
        """Return the newest revisions, of which there should be one."""
        from alembic.script import ScriptDirectory

        return sorted(ScriptDirectory.from_config(self.config()).get_heads())

    def applied(self) -> list[str]:
        """Return the newest revisions that are applied to the database; nothing is written.

        A revision may be one whose file is missing.
        """
        if not is_there(self._database):
            return []
        self._database.notice_use()
        revisions = needed(self._database)
        with self._database.connections.directly() as connection:
            return sorted(applied(connection, revisions))

    def upgrade(
        self, revision: str = "head", connection: Connection | None = None, **attributes: Any
    ) -> None:
        """Upgrade to a revision.

        Args:
            revision: A revision as `alembic upgrade` takes it.
            connection: The connection to migrate on, or None for one of its own.
            **attributes: For the environment: `wait=False` not to wait for another process, and
                `on_version_apply`, a function as in `context.configure`.

        Raises:
            DatabaseError: The newest revision is asked for, and there are several.
            MigrationRunning: Another process migrates the database, and nobody waits for it.
        """
        from alembic import command
        from alembic.util import CommandError

        self._database.notice_use()
        config = self.config(connection)
        config.attributes.update(attributes)
        try:
            with environment_lock:
                command.upgrade(config, revision)
        except CommandError:
            if revision == "head":
                self._refuse_several_heads()
            raise

    def downgrade(
        self, revision: str, connection: Connection | None = None, **attributes: Any
    ) -> None:
        """Downgrade to a revision; the arguments are those of `upgrade`."""
        from alembic import command

        self._database.notice_use()
        config = self.config(connection)
        config.attributes.update(attributes)
        with environment_lock:
            command.downgrade(config, revision)

    def lock(self, *, wait: bool = True) -> AbstractContextManager[None]:
        """Lock the database against migrations by other processes, and wait for one that runs.

        A role that may not create databases may have no right to the maintenance database either:
        unless the settings name one, the lock is then in the database itself.

        Args:
            wait: Whether to wait; otherwise the lock of another process is a `MigrationRunning`.
        """
        database = self._database
        outside = database.target.creatable or database.target.default_url is not None
        server = database.server if outside else None
        return migration_lock(database.name, database.connections.direct_url, server, wait=wait)

    def _refuse_several_heads(self) -> None:
        heads = self.heads()
        if len(heads) > 1:
            name = self._database.name
            raise DatabaseError(
                f"database {name!r} has the heads {', '.join(heads)}: "
                f"type `{self._database.target.run} alembic -n {name} merge heads`"
            ) from None
