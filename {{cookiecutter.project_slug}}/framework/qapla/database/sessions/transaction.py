"""Transactions and savepoints of a session that others may have begun."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, SessionTransactionOrigin

_OPEN = "qapla.transaction"


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Commit at the end of the block, or roll back when an exception leaves it.

    Inside another transaction that someone opened on this session it is a savepoint.
    """
    if is_open(session):
        with session.begin_nested():
            yield
        return
    session.info[_OPEN] = True
    if not session.in_transaction():
        # Begun now, and not by the first statement, so that functions can wait for its commit.
        session.begin()
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[_OPEN]


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Open a savepoint for the block, where a transaction has begun, so that it survives an error.

    Where nobody has opened one nobody would go on in it: an error rolls the session back.
    """
    if is_open(session):
        with session.begin_nested():
            yield
        return
    try:
        yield
    except BaseException:
        session.rollback()
        raise


def is_open(session: Session) -> bool:
    """Whether someone answers for the end of the session's transaction already.

    A transaction that only began by itself, for a query, has nobody who ends it.
    Source: SQLAlchemy, "SessionTransactionOrigin".
    """
    current = session.get_transaction()
    begun = current is not None and current.origin is SessionTransactionOrigin.BEGIN
    return begun or session.in_nested_transaction() or _OPEN in session.info
