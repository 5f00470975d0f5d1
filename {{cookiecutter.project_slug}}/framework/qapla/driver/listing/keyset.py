"""Rows that follow a row in an order, as pages and as batches, of objects and of columns alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select

from qapla.driver.base import Driver
from qapla.driver.listing.ordering import Ordering
from qapla.driver.listing.page import Page, read_cursor, refuse_unwritable, write_cursor
from qapla.driver.listing.statements import Columns, following, limit

T = TypeVar("T")
Values = Sequence[Any]


@dataclass(frozen=True)
class Keyset(Generic[T]):
    """A listing that begins after a row.

    Args:
        selected: The columns, or the model for its objects.
        order: The order of the rows, by attributes of the model.
        restrict: Adds the conditions and options of the listing to its statement.
        fetch: Reads the rows of a statement with its parameters, by a driver.
        value: Returns the value of a row in a column, by its name.
    """

    selected: Columns | type[Any]
    order: Ordering
    restrict: Callable[[Select[Any]], Select[Any]]
    fetch: Callable[[Any, Select[Any], Mapping[str, Any]], Sequence[T]]
    value: Callable[[Any, str], Any]

    def page(self, driver: Driver[Any], size: int, after: str | None) -> Page[T]:
        """Return the page after a cursor.

        Raises:
            BadCursor: The cursor was not given by a page of this model in this order.
        """
        refuse_unwritable(driver, self.order)
        values = None if after is None else read_cursor(driver, self.order, after)
        # One more, to know whether there is a next page.
        found = self.rows(driver, size + 1, values)
        items = found[:size]
        # Also without a next page, as some types are known by their values alone.
        cursor = write_cursor(driver, self.order, self.values(items[-1])) if items else None
        return Page(items, cursor if len(found) > size else None)

    def rows(self, driver: Driver[Any], size: int, values: Values | None) -> Sequence[T]:
        """Return the first rows after the one with these values, or from the first row on."""
        order = self.order
        as_row = values is not None and order.is_row
        # A model is hashable, which mypy does not see.
        selected: Any = self.selected
        statement = following(selected, driver.dialect, order, as_row)
        if values is not None and not as_row:
            statement = statement.where(order.after(values))
        parameters = limit(size)
        if values is not None and as_row:
            parameters |= order.parameters(values)
        return self.fetch(driver, self.restrict(statement), parameters)

    def values(self, row: T) -> list[Any]:
        """Return the values of a row in the columns of the order."""
        return [self.value(row, term.name) for term in self.order.terms]
