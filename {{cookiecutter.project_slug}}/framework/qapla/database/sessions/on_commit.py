"""Run a callback when the root transaction of a session has really been committed.

Never at a savepoint, never after a rollback, and in the order in which they were asked for.
Source of the events: SQLAlchemy, "ORM Events". `after_commit` fires for savepoints too, so that a
savepoint's callbacks go to the transaction around it, and the end of the one that has no parent
runs them: only then does the session allow statements again.
"""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

Callback = Callable[[], object]

_PENDING = "qapla.on_commit"


class _Pending:
    """The callbacks of one session, each with the transaction that it waits for."""

    def __init__(self, session: Session) -> None:
        self.callbacks: list[tuple[SessionTransaction | None, Callback]] = []
        self.committed = False
        event.listen(session, "after_commit", self.on_commit)
        event.listen(session, "after_transaction_end", self.on_end)

    def add(self, transaction: SessionTransaction | None, callback: Callback) -> None:
        self.callbacks.append((transaction, callback))

    def on_commit(self, session: Session) -> None:
        ended = session.get_nested_transaction()
        if ended is None:
            self.committed = True
            return
        # A savepoint is kept or lost with the transaction around it.
        self.callbacks = [
            (ended.parent if transaction is ended else transaction, callback)
            for transaction, callback in self.callbacks
        ]

    def on_end(self, session: Session, ended: SessionTransaction) -> None:
        if ended.parent is not None:
            self.callbacks = [item for item in self.callbacks if item[0] is not ended]
            return
        committed, self.committed = self.committed, False
        callbacks = self.take()
        if committed:
            _run(callbacks)

    def take(self) -> list[Callback]:
        taken, self.callbacks = self.callbacks, []
        return [callback for _, callback in taken]


def on_commit(session: Session, callback: Callback) -> None:
    """Call a function when the session's transaction has been committed.

    A session without a transaction has nothing to wait for: the callback is called at once.

    Args:
        session: The session whose root transaction is waited for.
        callback: The function. When one raises, the others are still called, and the commit,
            which has taken place, raises the first error.
    """
    if not session.in_transaction():
        callback()
        return
    pending: _Pending | None = session.info.get(_PENDING)
    if pending is None:
        pending = session.info[_PENDING] = _Pending(session)
    pending.add(session.get_nested_transaction() or session.get_transaction(), callback)


def run_pending(session: Session) -> None:
    """Call the functions that wait for the session's commit now; for tests."""
    pending: _Pending | None = session.info.get(_PENDING)
    if pending is not None:
        _run(pending.take())


def _run(callbacks: list[Callback]) -> None:
    errors = []
    for callback in callbacks:
        try:
            callback()
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
