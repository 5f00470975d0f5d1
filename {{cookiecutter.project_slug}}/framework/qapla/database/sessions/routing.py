"""A session whose marked reads need no transaction, as long as it has begun none.

There is one rule: a statement that is issued inside `reading()`, while the session is in no
transaction, runs on a connection of its own that goes back to the pool as soon as the rows are there.
Everything else begins a transaction, and keeps the session in it until commit, rollback or close. A
read takes part in the session's transaction too where the session has a bind of its own, a listener
for the begin of a transaction, or an isolation level, which the read would miss. Every statement of a session asks
`_connection_for_bind` for its connection, which `Session.get_bind`, SQLAlchemy's own hook for routing,
would let take part in a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from qapla.database.sessions.reads import begins_plainly, close_read, open_read, refuse_writes

Listener = Callable[[Session], None]


class RoutedSession(Session):
    """A session of a database, whose marked reads may be short ones.

    Args:
        reader: The engine whose marked reads run outside of a transaction, or None for none.
        opened: A function that is called with the new session.
        closed: A function that is called with the session before it is closed, each time.
    """

    def __init__(
        self,
        *args: Any,
        reader: Engine | None = None,
        opened: Listener | None = None,
        closed: Listener | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.reader = reader
        self._on_close = closed
        self._is_reading = False
        self._is_guarded = False
        self._reads: Connection | None = None
        self._guards: dict[Connection, Callable[[], None]] = {}
        if opened is not None:
            opened(self)

    def close(self) -> None:
        """Close, and report it."""
        if self._on_close is not None:
            self._on_close(self)
        super().close()

    @contextmanager
    def reading(self, *, read_only: bool = False) -> Iterator[None]:
        """Mark the statements of the block as reads.

        Pending objects are flushed first, so that the reads see them, in the transaction. The rows
        must be fetched inside the block, at whose end a connection for reads is given back.

        Args:
            read_only: Whether the server refuses statements that write.
        """
        # Inside of a flush, as in a listener of the mapper, a session leaves out its autoflush too.
        if self.autoflush and not self._flushing:
            self.flush()
        if self._is_reading:
            yield
            return
        autoflush = self.autoflush
        self.autoflush = autoflush and (self.reader is None or self.in_transaction())
        self._is_reading, self._is_guarded = True, read_only
        try:
            yield
        finally:
            self._is_reading = self._is_guarded = False
            self.autoflush = autoflush
            self._end_reading()

    def _end_reading(self) -> None:
        guards, self._guards = self._guards, {}
        for allow_writes in guards.values():
            allow_writes()
        reads, self._reads = self._reads, None
        if reads is not None:
            close_read(reads)

    def rollback(self) -> None:
        """Roll back, and expire every object: those of short reads are in no transaction."""
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
        if not self._is_reading:
            return super()._connection_for_bind(engine, *args, **options)
        reads = self._reads or self._short_read(engine)
        if reads is not None:
            return reads
        connection = super()._connection_for_bind(engine, *args, **options)
        if self._is_guarded and connection not in self._guards:
            self._guards[connection] = refuse_writes(connection)
        return connection

    def _short_read(self, engine: Any) -> Connection | None:
        """Return a connection that is not part of a transaction, where one serves as well."""
        reader = self.reader
        if reader is None or engine is not reader or self.in_transaction():
            return None
        if begins_plainly(self, reader):
            self._reads = open_read(reader, read_only=self._is_guarded)
        return self._reads


def _refuse(error: Callable[[], Exception], *args: object, **options: object) -> NoReturn:
    raise error()


def reading(session: Session, *, read_only: bool = False) -> AbstractContextManager[None]:
    """Mark the statements of the block as reads; a session of another class is left alone."""
    if isinstance(session, RoutedSession):
        return session.reading(read_only=read_only)
    return nullcontext()
