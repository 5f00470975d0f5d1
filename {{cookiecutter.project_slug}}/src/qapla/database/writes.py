"""Notice the writes that nobody committed, the quietest way to lose data.

Source of the events: SQLAlchemy, "ORM Events"; `after_commit` fires for savepoints too, so the
end of a transaction is told by `after_transaction_end` of the one that has no parent.
"""

from sqlalchemy import TextClause, event
from sqlalchemy.orm import (
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    sessionmaker,
)

_WRITTEN = "qapla.written"
_SAVEPOINTS = "qapla.savepoints"
_VERBS = ("INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE")


def track(sessions: sessionmaker[Session]) -> None:
    """Let every session of a factory remember whether it has written since its last commit."""
    event.listen(sessions, "after_flush", _after_flush)
    event.listen(sessions, "do_orm_execute", _on_execute)
    event.listen(sessions, "after_transaction_create", _on_begin)
    event.listen(sessions, "after_soft_rollback", _on_rollback)
    event.listen(sessions, "after_transaction_end", _on_end)


def has_uncommitted_writes(session: Session) -> bool:
    """Tell whether closing the session now would lose a write.

    Counts flushes, DML through `execute`, and objects that are new, deleted or modified.
    """
    if session.info.get(_WRITTEN) or session.new or session.deleted:
        return True
    return any(session.is_modified(changed) for changed in session.dirty)


def _after_flush(session: Session, context: UOWTransaction) -> None:
    session.info[_WRITTEN] = True


def _on_execute(state: ORMExecuteState) -> None:
    statement = state.statement
    textual = isinstance(statement, TextClause) and statement.text.lstrip().upper()
    if statement.is_dml or (textual and textual.startswith(_VERBS)):
        state.session.info[_WRITTEN] = True


def _on_begin(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        before = session.info.setdefault(_SAVEPOINTS, {})
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
    elif transaction.nested:
        session.info.get(_SAVEPOINTS, {}).pop(transaction, None)
