"""Record the session of each savepoint of a test's connection: the last begun must end first.

Otherwise a session would undo the work of another one inside its savepoint.
"""

from collections.abc import Callable

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from qapla.database.observer import owner_of
from qapla.testing.isolation.tracker import PLACE, shown


class Savepoints:
    """Follow the savepoints of one connection.

    Args:
        connection: The connection that the sessions of a test share.
        sessions: Their factory.
        fail: A function that is called with a sentence when a session ends before one that began later.
    """

    def __init__(
        self,
        connection: Connection,
        sessions: sessionmaker[Session],
        fail: Callable[[str], object],
    ) -> None:
        self.connection = connection
        self._sessions = sessions
        self._fail = fail
        # The sessions that end with the test, whose transaction takes their savepoints along.
        self._finished: list[Session] = []
        # One entry for each savepoint that is open: its name, and the session that began it.
        self._open: list[tuple[str, Session | None]] = []
        self._count = 0
        event.listen(connection, "savepoint", self._on_savepoint)
        event.listen(connection, "release_savepoint", self._on_end)
        event.listen(connection, "rollback_savepoint", self._on_end)
        event.listen(sessions, "after_begin", self._on_session_begin)

    def finish(self, session: Session) -> None:
        """End a session with the transaction around its savepoint, or when another one goes on."""
        self._finished.append(session)

    def end_finished(self) -> None:
        """End the sessions that are finished, before anything else happens on the connection."""
        while self._finished:
            self._finished.pop().close()

    def clear(self) -> None:
        """Forget the savepoints of a test, whose transaction has ended."""
        self.end_finished()
        self._open.clear()

    def remove(self) -> None:
        """Leave the factory, whose next sessions have another connection."""
        event.remove(self._sessions, "after_begin", self._on_session_begin)

    def _on_savepoint(self, connection: Connection, name: str | None) -> None:
        self.end_finished()
        self._count += 1
        # The names that SQLAlchemy gives to savepoints without one.
        self._open.append((name or f"sa_savepoint_{self._count}", None))

    def _on_session_begin(
        self, session: Session, transaction: SessionTransaction, connection: Connection
    ) -> None:
        if self._open and self._open[-1][1] is None:
            self._open[-1] = (self._open[-1][0], session)

    def _on_end(self, connection: Connection, name: str, context: object) -> None:
        self.end_finished()
        names = [savepoint for savepoint, _ in self._open]
        if name not in names:
            return
        position = names.index(name)
        session = self._open[position][1]
        inner = [other for _, other in self._open[position + 1 :] if other is not None]
        del self._open[position:]
        for other in inner:
            if other is not session:
                self._fail(
                    f"{_owner(session)} ended before {_owner(other)}, which began later: in a test "
                    "the last session opened must end first"
                )


def _owner(session: Session | None) -> str:
    if session is None:
        return "a session"
    place = f" opened at {shown(session.info[PLACE])}" if PLACE in session.info else ""
    return owner_of(session) or f"a session{place}"
