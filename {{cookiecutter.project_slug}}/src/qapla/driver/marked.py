"""Marked reads: how a statement of a read driver reaches the reader, and what it may not do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, Result, ScalarResult, Select, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import QueryableAttribute, selectinload
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import visitors

from qapla.database.engines import is_refused_write
from qapla.database.session import reading
from qapla.database.writes import writes
from qapla.driver.base import Driver, M
from qapla.exceptions import ReadOnly

T = TypeVar("T")
R = TypeVar("R", Result[Any], ScalarResult[Any])

# A relationship, its name, or an option of SQLAlchemy's own.
Load = str | QueryableAttribute[Any] | ORMOption


class MarkedReads(Driver[M]):
    """Issue statements as marked reads, for one's own queries too."""

    def scalars(self, statement: Executable) -> list[Any]:
        """Return the first column of every row of a statement of one's own, as marked reads.

        Raises:
            ReadOnly: The statement writes.
        """
        self._refuse_writes(statement)
        return self._read(lambda: list(_unique(self.session.scalars(statement)).all()))

    def execute(self, statement: Executable) -> list[Any]:
        """Return every row of a statement of one's own, as marked reads; `Raises:` as `scalars`."""
        self._refuse_writes(statement)
        return self._read(lambda: list(_unique(self.session.execute(statement)).all()))

    @property
    def _binding(self) -> dict[str, Any]:
        """Return what finds the engine of the model, where the session has several."""
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

    def _read(self, work: Callable[[], T]) -> T:
        """Run a read, again when the reader's connection turns out to be lost.

        On the reader nothing can be half done; that is why its pool needs no ping at checkout.

        Raises:
            ReadOnly: The reader's server says that the statement writes.
        """
        try:
            with reading(self.session) as on_reader:
                try:
                    return work()
                except DBAPIError as error:
                    if not on_reader or not error.connection_invalidated:
                        raise
            with reading(self.session):
                return work()
        except DBAPIError as error:
            if is_refused_write(error.orig):
                raise self._read_only from error.orig
            raise

    def _refuse_writes(self, statement: Executable) -> None:
        parts: Any = visitors.iterate(statement)  # type: ignore[arg-type]
        for part in parts:
            text = part.text if isinstance(part, TextClause) else ""
            if getattr(part, "is_dml", False) or writes(text):
                raise self._read_only

    @property
    def _read_only(self) -> ReadOnly:
        return ReadOnly(f"{type(self).__name__} only reads: write by a write driver")


def _unique(result: R) -> R:
    """Return a result without repeated rows where a collection that is joined has repeated them.

    Other rows are left alone: a query of one's own may want them twice.
    """
    return result.unique() if result._unique_filter_state is not None else result
