"""Probes of databases: whether one is reachable, and has the revision that the code needs."""

from collections.abc import Mapping
from functools import partial

from qapla.database.database import Database
from qapla.database.migrations.state import Needed, applied, needed
from qapla.exceptions import DatabaseNotFound
from qapla.ops.probes import Probe, Unfit


def database_probes(databases: Mapping[str, Database]) -> dict[str, Probe]:
    """Return a probe of each database, by its name."""
    return {name: partial(_Revisions(database).probe) for name, database in databases.items()}


class _Revisions:
    """The revision of a database, against the one that the files of this process need."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Read once: the files of a process do not change.
        self._needed: Needed | None = None

    def probe(self, seconds: float) -> str:
        """Connect, and compare the revisions; return the one that is applied.

        Args:
            seconds: The time after which the connection gives up.

        Raises:
            Unfit: The database does not exist, or lacks a revision.
        """
        database = self._database
        if database.managed and self._needed is None:
            self._needed = needed(database)
        try:
            with database.connections.alone(seconds) as connection:
                if self._needed is None:
                    # Some drivers connect at the first statement.
                    connection.exec_driver_sql("SELECT 1")
                    return "reachable, not managed"
                return self._compared(self._needed, applied(connection, self._needed))
        except DatabaseNotFound as error:
            raise Unfit("the database does not exist") from error

    def _compared(self, needed: Needed, found: frozenset[str]) -> str:
        """Return the revisions that are found.

        A database that is ahead of the code is ready: it is migrated before the code is replaced, and
        the processes of the old code serve meanwhile.

        Raises:
            Unfit: A revision of the code is not applied.
        """
        shown = ", ".join(sorted(found)) or "none"
        if found >= needed.heads:
            return f"revision {shown}"
        if found - needed.known:
            return f"revision {shown}, ahead of the code"
        raise Unfit(f"revision {shown}, head {', '.join(sorted(needed.heads))}")
