"""Notice the writes that nobody committed, the quietest way to lose data.

Every write, of a flush, of `session.execute` or of `session.connection()`, ends in a statement of
the engine: there it is noticed, and remembered by the session that the connection works for.
Source of the events: SQLAlchemy, "ORM Events"; `after_commit` fires for savepoints too, so the
end of a transaction is told by `after_transaction_end` of the one that has no parent.
"""

import re
from typing import Any
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

_WRITTEN = "qapla.written"
_SAVEPOINTS = "qapla.savepoints"
_WRITES = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE"
    r"|WITH\b.*?\b(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO))\b",
    re.IGNORECASE | re.DOTALL,
)

# The sessions that work on a connection, the innermost last: in tests they share one.
_sessions: WeakKeyDictionary[Connection, list[ref[Session]]] = WeakKeyDictionary()


def track(sessions: sessionmaker[Session], engine: Engine) -> None:
    """Let every session of a factory remember whether it has written since its last commit.

    Args:
        sessions: The factory.
        engine: The engine whose connections the sessions work on.
    """
    event.listen(sessions, "after_begin", _on_begin)
    event.listen(sessions, "after_transaction_create", _on_create)
    event.listen(sessions, "after_soft_rollback", _on_rollback)
    event.listen(sessions, "after_transaction_end", _on_end)
    event.listen(engine, "after_cursor_execute", _on_statement)


def writes(statement: str) -> bool:
    """Tell whether a statement's text is one that writes."""
    return _WRITES.match(statement) is not None


def mark_written(session: Session) -> None:
    """Remember a write that goes past SQLAlchemy, to the driver's own connection."""
    session.info[_WRITTEN] = True


def has_uncommitted_writes(session: Session) -> bool:
    """Tell whether closing the session now would lose a write.

    Counts statements that write, and objects that are new, deleted or modified.
    """
    if session.info.get(_WRITTEN) or session.new or session.deleted:
        return True
    return any(session.is_modified(changed) for changed in session.dirty)


def _on_statement(
    connection: Connection,
    cursor: object,
    statement: str,
    parameters: object,
    context: Any,
    *_: Any,
) -> None:
    if context.isinsert or context.isupdate or context.isdelete or writes(statement):
        working = _sessions.get(connection, [])
        while working:
            session = working[-1]()
            if session is not None and session.in_transaction():
                session.info[_WRITTEN] = True
                return
            working.pop()


def _on_begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    working = _sessions.setdefault(connection, [])
    if not working or working[-1]() is not session:
        working.append(ref(session))


def _on_create(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        before = session.info.setdefault(_SAVEPOINTS, WeakKeyDictionary())
        before[transaction] = session.info.get(_WRITTEN, False)


def _on_rollback(session: Session, transaction: SessionTransaction) -> None:
    # A savepoint that is rolled back takes back what was written since it began, and no more.
    before = session.info.get(_SAVEPOINTS, {})
    if transaction in before:
        session.info[_WRITTEN] = before[transaction]


def _on_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_WRITTEN, None)
        session.info.pop(_SAVEPOINTS, None)
