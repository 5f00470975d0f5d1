"""Marked reads: statements of a read driver, which need no transaction and may not write."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, Result, ScalarResult, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import QueryableAttribute, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from qapla.database.dialects.base import Failure
from qapla.database.dialects.errors import failure_of
from qapla.database.sessions.routing import reading
from qapla.driver.base import Driver, M
from qapla.driver.queries import is_known_to_read, is_query
from qapla.exceptions import ReadOnly

T = TypeVar("T")
R = TypeVar("R", Result[Any], ScalarResult[Any])

# A relationship, its name, or an option of SQLAlchemy's own.
Load = str | QueryableAttribute[Any] | ORMOption


class RoutedReads(Driver[M]):
    """Issue statements as marked reads, for one's own queries too."""

    def scalars(self, statement: Executable) -> list[Any]:
        """Return the first column of every row of a statement of one's own, as marked reads.

        A statement is refused unless it is one query that locks no rows. A query with a text, or a
        function that is not SQLAlchemy's own, runs read-only on the server, except on MariaDB in a
        transaction.

        Raises:
            ReadOnly: The statement writes or locks.
        """
        return self._query(statement, self.session.scalars)

    def execute(self, statement: Executable) -> list[Any]:
        """Return every row of a statement of one's own, as marked reads; `Raises:` as `scalars`."""
        return self._query(statement, self.session.execute)

    def _query(self, statement: Executable, ask: Callable[[Executable], Any]) -> list[Any]:
        if not is_query(statement, self.dialect.name):
            raise self._read_only
        return self._read(
            lambda: list(_unique(ask(statement)).all()), read_only=not is_known_to_read(statement)
        )

    @property
    def _binding(self) -> dict[str, Any]:
        """Return the arguments that select the engine of the model, where the session has several."""
        return {"mapper": self.mapper}

    def _one(self, statement: Select[Any]) -> M | None:
        return self._read(lambda: self.session.scalars(statement).unique().one_or_none())

    def _entities(
        self, statement: Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[M]:
        # Unique, as a relationship that is fetched by a join repeats its rows.
        return self._read(lambda: self.session.scalars(statement, parameters).unique().all())

    def _options(self, load: Load | Sequence[Load]) -> list[ORMOption]:
        given: Sequence[Any] = load if isinstance(load, (list, tuple)) else [load]
        return [self._option(item) for item in given]

    def _option(self, item: Load) -> ORMOption:
        if isinstance(item, ORMOption):
            return item
        if isinstance(item, str):
            self.refuse_unknown([item])
        attribute = getattr(self.model, item) if isinstance(item, str) else item
        return selectinload(attribute)

    def _read(self, work: Callable[[], T], *, read_only: bool = False) -> T:
        """Run a read, again when the connection of a short one turns out to be lost.

        Outside of a transaction nothing can be half done.

        Args:
            work: The read.
            read_only: Whether the server refuses writes.

        Raises:
            ReadOnly: The server says that the statement writes.
        """
        try:
            try:
                with reading(self.session, read_only=read_only):
                    return work()
            except DBAPIError as error:
                if not error.connection_invalidated or self.session.in_transaction():
                    raise
            with reading(self.session, read_only=read_only):
                return work()
        except DBAPIError as error:
            if Failure.READ_ONLY in failure_of(error):
                raise self._read_only from error.orig
            raise

    @property
    def _read_only(self) -> ReadOnly:
        return ReadOnly(f"{type(self).__name__} only reads: write by a write driver")


def _unique(result: R) -> R:
    """Return a result without repeated rows where a collection that is joined has repeated them.

    Other rows are left alone: a query of one's own may want them twice.
    """
    return result.unique() if result._unique_filter_state is not None else result
