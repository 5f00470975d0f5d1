"""Read and write drivers (CQRS): what an application asks of the rows of one model.

A driver is built from a session and holds nothing else. Write drivers flush; the caller commits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, SessionTransactionOrigin

from qapla.exceptions import ObjectNotFound

M = TypeVar("M")


class Driver(Generic[M]):
    """Hold the session that a driver works on.

    Args:
        session: An open session of the database that `model` belongs to.
    """

    model: ClassVar[type[Any]]

    def __init__(self, session: Session) -> None:
        self.session = session


class ReadDriver(Driver[M]):
    """Read the rows of `model`; a subclass names the model and adds queries of its own."""

    def get_by_id(self, key: Any) -> M:
        """Return the row with a primary key.

        Args:
            key: The value of the primary key; a tuple where it has several columns.

        Raises:
            ObjectNotFound: There is no such row.
        """
        found: M | None = self.session.get(self.model, key)
        if found is None:
            raise ObjectNotFound(self.model.__name__, key)
        return found

    def list_all(self) -> Sequence[M]:
        """Return every row, in the order of the primary key."""
        statement = select(self.model).order_by(*inspect(self.model).primary_key)
        return self.session.scalars(statement).all()


class WriteDriver(Driver[M]):
    """Write the rows of `model`; a subclass names the model and adds writes of its own."""

    def create(self, **values: Any) -> M:
        """Add a row and flush it, so that its primary key is known.

        Args:
            values: The attributes of the new object.
        """
        created: M = self.model(**values)
        self.session.add(created)
        self.session.flush()
        return created

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit at the end of the block, or roll back when an exception leaves it.

        Inside another transaction that someone opened on this session it is a savepoint.
        """
        if _is_open(self.session):
            with self.session.begin_nested():
                yield self.session
            return
        self.session.info[_OPEN] = True
        try:
            yield self.session
            self.session.commit()
        except BaseException:
            self.session.rollback()
            raise
        finally:
            del self.session.info[_OPEN]


_OPEN = "qapla.transaction"


def _is_open(session: Session) -> bool:
    """Tell whether someone answers for the end of the session's transaction already.

    A transaction that only began by itself, for a query, has nobody who ends it.
    Source: SQLAlchemy, "SessionTransactionOrigin".
    """
    transaction = session.get_transaction()
    begun = transaction is not None and transaction.origin is SessionTransactionOrigin.BEGIN
    return begun or session.in_nested_transaction() or _OPEN in session.info
