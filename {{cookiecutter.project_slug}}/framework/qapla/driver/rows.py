"""Reads of columns as plain dicts, in place of objects: one row, many rows, pages and streams."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import getitem
from typing import Any

from sqlalchemy import Select, select

from qapla.driver.base import M
from qapla.driver.listing.batches import batches
from qapla.driver.listing.keyset import Keyset
from qapla.driver.listing.ordering import Order, ordering
from qapla.driver.listing.page import Page
from qapla.driver.listing.plain import Dicts, dicts
from qapla.driver.listing.statements import by_key, columns_of, key_parameters
from qapla.driver.routed import RoutedReads
from qapla.exceptions import ObjectNotFound, QaplaError

Row = dict[str, Any]


class RowReads(RoutedReads[M]):
    """Read columns of rows as dicts, with the values that an object of the model would have."""

    def get_row(self, key: Any, *columns: str) -> Row:
        """Return columns of the row with a primary key.

        Args:
            key: The value of the primary key; a tuple where it has several columns.
            columns: The names of the columns; without one, all.

        Raises:
            ObjectNotFound: There is no such row.
        """
        found = self.find_row(key, *columns)
        if found is None:
            raise ObjectNotFound(self.model_name, key)
        return found

    def find_row(self, key: Any, *columns: str) -> Row | None:
        """Return columns of the row with a primary key, or None; the arguments are those of `get_row`."""
        selected = columns_of(self, columns)
        values = self.key(key)
        if values is None:
            return None
        found = self._dicts(by_key(selected), selected.names, key_parameters(values))
        return found[0] if found else None

    def rows(self, *columns: str, **criteria: Any) -> Dicts:
        """Return columns of the rows that fit as plain dicts, in no particular order.

        Args:
            columns: The names of the columns; without one, all.
        """
        names = columns or tuple(self.mapper.column_attrs.keys())
        statement = select(*map(self.column, names)).where(*self.conditions(criteria))
        return self._dicts(statement, names)

    def page_rows(
        self,
        *columns: str,
        size: int,
        after: str | None = None,
        order_by: Order | Sequence[Order] | None = None,
        **criteria: Any,
    ) -> Page[Row]:
        """Return columns of the rows of a page, and the cursor of the next one.

        Args:
            columns: The names of the columns; without one, all.
            size: The number of rows, at least one.
            after: The cursor that the page before has given, or None for the first page.
            order_by: As for `page`.

        Raises:
            BadCursor: The cursor was not given by a page of this model in this order.
        """
        self._require_positive("page", size)
        listing, names = self._listing(columns, order_by, criteria)
        page = listing.page(self, size, after)
        return Page(list(_only(names, page.items)), page.next)

    def stream_rows(self, *columns: str, batch: int = 1000, **criteria: Any) -> Iterator[Row]:
        """Yield columns of the rows that fit, in the order of the primary key, in constant memory.

        Each batch is read as those of `stream`.

        Args:
            columns: The names of the columns; without one, all.
            batch: The number of rows that are held in memory, at least one.
        """
        self._require_positive("batch", batch)
        listing, names = self._listing(columns, None, criteria)
        return iter(_only(names, batches(self, listing, batch)))

    def _listing(
        self,
        names: tuple[str, ...],
        order_by: Order | Sequence[Order] | None,
        criteria: Mapping[str, Any],
    ) -> tuple[Keyset[Row], tuple[str, ...] | None]:
        """Return a listing of columns, and their names if those of its order are read beside them."""
        order = ordering(self, order_by)
        wanted = columns_of(self, names)
        read = wanted.with_order(order)
        conditions = self.conditions(criteria)

        def restrict(statement: Select[Any]) -> Select[Any]:
            return statement.where(*conditions) if conditions else statement

        def fetch(
            driver: RowReads[M], statement: Select[Any], parameters: Mapping[str, Any]
        ) -> Dicts:
            return driver._dicts(statement, read.names, parameters)

        listing: Keyset[Row] = Keyset(read, order, restrict, fetch, getitem)
        return listing, None if read is wanted else wanted.names

    def _dicts(
        self,
        statement: Select[Any],
        names: Sequence[str],
        parameters: Mapping[str, Any] | None = None,
    ) -> Dicts:
        def work() -> Dicts:
            # By the session, as its events and loader criteria may leave rows out.
            result = self.session.execute(statement, parameters, bind_arguments=self._binding)
            return dicts(self.session, result, names)

        return self._read(work)

    def _require_positive(self, kind: str, size: int) -> None:
        if size < 1:
            raise QaplaError(f"{self.model_name}: a {kind} has at least one row, not {size}")


def _only(names: tuple[str, ...] | None, rows: Iterable[Row]) -> Iterable[Row]:
    """Return rows with the columns of these names alone."""
    return rows if names is None else ({name: row[name] for name in names} for row in rows)
