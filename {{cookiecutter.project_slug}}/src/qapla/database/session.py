"""A session whose marked reads go to a reader, as long as it has begun no transaction.

There is one rule: a statement goes to the reader when it is issued inside `reading()` and the session
is in no transaction. Everything else goes to the writer, and keeps the session there until commit,
rollback or close. A reader is an engine in autocommit: a read costs neither a BEGIN nor a ROLLBACK, and
its connection goes back to the pool as soon as the rows are there. Every statement of a session asks
`_connection_for_bind` for its connection, which `Session.get_bind`, SQLAlchemy's own hook for routing,
would let take part in a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session


class RoutedSession(Session):
    """A session of a database that may have a reader.

    Args:
        reader: The engine of marked reads, or None to send everything to the writer.
    """

    def __init__(self, *args: Any, reader: Engine | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reader = reader
        self._is_reading = False
        self._reads: Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[bool]:
        """Mark what the block issues as reads; tell whether they go to the reader.

        What is pending is flushed first, so that the reads see it, on the writer. The rows must be
        fetched inside the block, at whose end the reader's connection is given back.
        """
        if self.autoflush:
            self.flush()
        if self.reader is None or self.in_transaction() or self._is_reading:
            yield self._is_reading
            return
        autoflush, self.autoflush = self.autoflush, False
        self._is_reading = True
        try:
            yield True
        finally:
            self._is_reading = False
            self.autoflush = autoflush
            if self._reads is not None:
                self._reads.close()
                self._reads = None

    def rollback(self) -> None:
        """Roll back, and expire what was read: what the reader gave is in no transaction."""
        if not self.in_transaction():
            self.expire_all()
        super().rollback()

    def end(self, error: Callable[[], Exception]) -> None:
        """Refuse any further use of a closed session, which would begin again and never end.

        SQLAlchemy's `close_resets_only=False` would refuse a session too that its user has closed
        by hand, and names neither the owner of the session nor a way out.

        Args:
            error: Makes the error that is raised.
        """
        # A partial of a function, as a bound method would be a reference cycle.
        refuse = partial(_refuse, error)
        # Each begin of a transaction, and each statement for the reader.
        self.__dict__.update(_autobegin_t=refuse, _connection_for_bind=refuse)

    def _connection_for_bind(self, engine: Any, *args: Any, **options: Any) -> Connection:
        if not self._is_reading or self.reader is None:
            return super()._connection_for_bind(engine, *args, **options)
        # It takes no part in a transaction of the session, which would hold it until the end.
        if self._reads is None:
            self._reads = self.reader.connect()
        return self._reads


def _refuse(error: Callable[[], Exception], *args: object, **options: object) -> NoReturn:
    raise error()


def reading(session: Session) -> AbstractContextManager[bool]:
    """Mark what the block issues as reads; a session without a reader is left alone."""
    return session.reading() if isinstance(session, RoutedSession) else nullcontext(False)
