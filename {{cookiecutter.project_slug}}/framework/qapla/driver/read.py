"""The read driver: one object, many objects, pages and streams; `rows.py` has the same of plain rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import MultipleResultsFound

from qapla.driver.base import M
from qapla.driver.listing.batches import batches
from qapla.driver.listing.keyset import Keyset
from qapla.driver.listing.ordering import Order, Ordering, ordering
from qapla.driver.listing.page import Page
from qapla.driver.routed import Load
from qapla.driver.rows import RowReads
from qapla.exceptions import ObjectNotFound, SeveralObjectsFound


class ReadDriver(RowReads[M]):
    """Read the rows of `model`; a subclass names the model and adds queries of its own.

    Criteria name columns: a value is compared by equality, None by IS NULL, and a list, tuple or
    set by IN; a list or tuple is one value to a column of ARRAY or JSON (see `Equals` and `OneOf`).
    A many-to-one relationship is compared with objects, or None. `load` names relationships to
    fetch along, in one more query for each. The methods of a read driver, `scalars` and `execute`
    for one's own queries included, may be answered by the database's reader.
    """

    def get_by_id(self, key: Any, *, load: Load | Sequence[Load] = ()) -> M:
        """Return the row with a primary key.

        Args:
            key: The value of the primary key; a tuple where it has several columns.
            load: The relationships to fetch along.

        Raises:
            ObjectNotFound: There is no such row.
        """
        found = self.find_by_id(key, load=load)
        if found is None:
            raise ObjectNotFound(self.model_name, key)
        return found

    def find_by_id(self, key: Any, *, load: Load | Sequence[Load] = ()) -> M | None:
        """Return the row with a primary key, or None; the arguments are those of `get_by_id`."""
        values = self.key(key)
        if values is None:
            return None
        if not load:
            return self._read(lambda: self.session.get(self.model, values))
        # A row that the session has already would not get its relationships loaded.
        return self._one(
            select(self.model).where(*self.identity(values)).options(*self._options(load))
        )

    def find_one(self, *, load: Load | Sequence[Load] = (), **criteria: Any) -> M | None:
        """Return the only row that fits the criteria, or None.

        Raises:
            SeveralObjectsFound: More than one row fits.
        """
        try:
            return self._one(self._select(load, criteria).limit(2))
        except MultipleResultsFound:
            raise SeveralObjectsFound(self.model_name, criteria) from None

    def list_all(
        self,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int | None = None,
        load: Load | Sequence[Load] = (),
        **criteria: Any,
    ) -> Sequence[M]:
        """Return the rows that fit, by default all of them in the order of the primary key.

        Args:
            order_by: Names of columns ("-name" descends) or columns; the primary key comes last.
            limit: The greatest number of rows, or None for all.
            load: The relationships to fetch along.
        """
        statement = self._select(load, criteria).limit(limit)
        clauses = ordering(self, order_by).clauses(self.dialect)
        return self._entities(statement.order_by(*clauses))

    def count(self, **criteria: Any) -> int:
        """Return how many rows fit the criteria."""
        statement = select(func.count()).select_from(self.model).where(*self.conditions(criteria))
        return self._read(lambda: self.session.scalar(statement)) or 0

    def exists(self, **criteria: Any) -> bool:
        """Whether a row fits the criteria."""
        inner = select(1).select_from(self.model).where(*self.conditions(criteria))
        statement = select(inner.exists())
        return bool(
            self._read(lambda: self.session.scalar(statement, bind_arguments=self._binding))
        )

    def page(
        self,
        *,
        size: int,
        after: str | None = None,
        order_by: Order | Sequence[Order] | None = None,
        load: Load | Sequence[Load] = (),
        **criteria: Any,
    ) -> Page[M]:
        """Return a page of the rows that fit, and the cursor of the next one.

        Args:
            size: The number of rows, at least one.
            after: The cursor that the page before has given, or None for the first page.
            order_by: As for `list_all`; rows without a value come last. (MariaDB's FLOAT is not
                equal to the value that is read of it, and orders no pages: take a Double.)
            load: The relationships to fetch along.

        Raises:
            BadCursor: The cursor was not given by a page of this model in this order.
        """
        self._require_positive("page", size)
        return self._objects(ordering(self, order_by), load, criteria).page(self, size, after)

    def stream(
        self, *, batch: int = 1000, load: Load | Sequence[Load] = (), **criteria: Any
    ) -> Iterator[M]:
        """Yield the rows that fit, in the order of the primary key, in constant memory.

        Each batch is read in a session of its own, so that a streamed response may iterate after
        the session of its request has ended, and holds no connection while its client is slow.
        Uncommitted rows of the driver's session are not seen.

        Args:
            batch: The number of rows that are held in memory, at least one.
            load: The relationships to fetch along.
        """
        self._require_positive("batch", batch)
        return batches(self, self._objects(ordering(self, None), load, criteria), batch)

    def _objects(
        self, order: Ordering, load: Load | Sequence[Load], criteria: Mapping[str, Any]
    ) -> Keyset[M]:
        """Return a listing of objects."""
        conditions, options = self.conditions(criteria), self._options(load)

        def restrict(statement: Select[Any]) -> Select[Any]:
            if conditions or options:
                return statement.where(*conditions).options(*options)
            return statement

        def fetch(
            driver: ReadDriver[M], statement: Select[Any], parameters: Mapping[str, Any]
        ) -> Sequence[M]:
            return driver._entities(statement, parameters)

        return Keyset(self.model, order, restrict, fetch, getattr)

    def _select(self, load: Load | Sequence[Load], criteria: dict[str, Any]) -> Select[Any]:
        return select(self.model).where(*self.conditions(criteria)).options(*self._options(load))
