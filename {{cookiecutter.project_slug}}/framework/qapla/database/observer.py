"""The events of databases, for one observer of the process: the log, or the test environment."""

import logging
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from qapla.logs.fields import details

if TYPE_CHECKING:
    from qapla.database.database import Database

# Where a session keeps the name of the work that it was opened for.
OWNER = "qapla.owner"
logger = logging.getLogger(__name__)


class Observer:
    """The observer of a running application, which logs the writes that are lost."""

    def database_used(self, database: "Database") -> None:
        """Notice that an engine, a session or a migration of a database is about to be used."""

    def session_requested(self, database: "Database") -> None:
        """Notice that `get_session` was called, before it opens the session."""

    def session_opened(self, database: "Database", session: Session) -> None:
        """Notice a new session, also one of the factory itself."""

    def session_closed(self, database: "Database", session: Session) -> None:
        """Notice that a session is closed, for the first time or again."""

    def writes_lost(self, database: "Database", session: Session) -> None:
        """Log that a session ended with uncommitted writes."""
        logger.warning(lost_writes(database, session), extra=details(database=database.name))


def owner_of(session: Session) -> str | None:
    """Return the name of the work that a session was opened for, if it has one."""
    owner = session.info.get(OWNER)
    return None if owner is None else str(owner)


def lost_writes(database: "Database", session: Session) -> str:
    """Return the sentence that reports uncommitted writes."""
    return (
        f"database {database.name!r}: {owner_of(session) or 'a session'} ended with writes "
        "that nobody committed, and they are lost: commit the session, or write inside "
        "`with driver.transaction():`"
    )
