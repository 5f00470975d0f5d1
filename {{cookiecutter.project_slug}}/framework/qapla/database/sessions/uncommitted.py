"""Detect uncommitted writes, the quietest way to lose data.

Every write, of a flush, of `session.execute` or of `session.connection()`, ends in a statement of
the engine: there it is noticed, and remembered by the session that the connection works for, with
the transactions that it is part of.
Source of the events: SQLAlchemy, "ORM Events" and "Core Events".
"""

import re
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

# The transactions with writes: each savepoint with those around it, the innermost first.
_WRITTEN = "qapla.written"
_WRITES = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE"
    r"|WITH\b.*?\b(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO))\b",
    re.IGNORECASE | re.DOTALL,
)
_Lineage = tuple[SessionTransaction, ...]

# The sessions that work on a connection, the innermost last: in tests they share one.
_sessions: WeakKeyDictionary[Connection, list[ref[Session]]] = WeakKeyDictionary()


def track(sessions: sessionmaker[Session], engine: Engine) -> None:
    """Record the writes of every session of a factory since its last commit.

    Args:
        sessions: The factory.
        engine: The engine whose connections the sessions work on.
    """
    event.listen(sessions, "after_begin", _on_begin)
    event.listen(sessions, "after_soft_rollback", _on_rollback)
    # Events of the dialect: one of the engine would slow down every connection that is opened.
    event.listen(engine, "do_execute", _on_execute)
    event.listen(engine, "do_executemany", _on_execute)
    event.listen(engine, "do_execute_no_params", _on_execute_no_params)
    event.listen(engine, "handle_error", _on_error)


def is_write(statement: str) -> bool:
    """Whether a statement's text is one that writes."""
    return _WRITES.match(statement) is not None


def record_write(session: Session) -> Callable[[], None]:
    """Record a write in the session's transaction; return a function that forgets it."""
    current = _lineage(session)
    before = session.info.get(_WRITTEN, ())
    # Those of earlier transactions and of released savepoints would pile up.
    written = {_still_open(lineage) for lineage in before if lineage[-1] is current[-1]}
    session.info[_WRITTEN] = written
    if current in written:
        return lambda: None
    written.add(current)
    return lambda: written.discard(current)


def has_uncommitted_writes(session: Session) -> bool:
    """Whether closing the session now would lose a write.

    Counts statements that write, and objects that are new, deleted or modified.
    """
    written = session.info.get(_WRITTEN)
    if written:
        root = session.get_transaction()
        if any(lineage[-1] is root for lineage in written):
            return True
    if session.new or session.deleted:
        return True
    return any(session.is_modified(changed) for changed in session.dirty)


def _lineage(session: Session) -> _Lineage:
    """Return the session's innermost transaction and those around it; the root is the last."""
    transaction = session.get_nested_transaction() or session.get_transaction()
    lineage = []
    while transaction is not None:
        lineage.append(transaction)
        transaction = transaction.parent
    return tuple(lineage)


def _still_open(lineage: _Lineage) -> _Lineage:
    """Return a lineage without released savepoints, whose writes are those of the transaction around."""
    while len(lineage) > 1 and not lineage[0].is_active:
        lineage = lineage[1:]
    return lineage


def _on_begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    working = _sessions.setdefault(connection, [])
    if not working or working[-1]() is not session:
        working.append(ref(session))


def _on_rollback(session: Session, rolled_back: SessionTransaction) -> None:
    written = session.info.get(_WRITTEN)
    if written:
        session.info[_WRITTEN] = {lineage for lineage in written if rolled_back not in lineage}


def _on_execute(cursor: object, statement: str, parameters: object, context: Any) -> None:
    # Most statements read, and end here.
    if not statement.startswith("SELECT"):
        _note(statement, context)


def _on_execute_no_params(cursor: object, statement: str, context: Any) -> None:
    _note(statement, context)


def _note(statement: str, context: Any) -> None:
    if context.isinsert or context.isupdate or context.isdelete or is_write(statement):
        session = _session_of(context.root_connection)
        if session is not None:
            context.qapla_forget = record_write(session)


def _on_error(error: ExceptionContext) -> None:
    """Forget a statement that failed: it has written nothing."""
    forget = getattr(error.execution_context, "qapla_forget", None)
    if forget is not None:
        forget()


def _session_of(connection: Connection) -> Session | None:
    """Return the session that works on a connection, if there is one."""
    working = _sessions.get(connection, [])
    while working:
        session = working[-1]()
        if session is not None and session.in_transaction():
            return session
        working.pop()
    return None
