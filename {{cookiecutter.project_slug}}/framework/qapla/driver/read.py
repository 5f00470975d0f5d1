"""The read driver: one row, many rows, plain rows, pages and streams."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, func, select
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from qapla.database.sessions.routing import RoutedSession
from qapla.driver.base import M
from qapla.driver.listing.ordering import Order, Ordering, ordering
from qapla.driver.listing.page import Page, read_cursor, refuse_unwritable, write_cursor
from qapla.driver.listing.plain import Dicts, dicts
from qapla.driver.routed import Load, RoutedReads
from qapla.exceptions import ObjectNotFound, QaplaError, SeveralObjectsFound

# The framework's own notes in the `info` of a session, which are about that session alone.
_OWN = "qapla."


class ReadDriver(RoutedReads[M]):
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

    def rows(self, *columns: str, **criteria: Any) -> Dicts:
        """Return columns of the rows that fit as plain dicts, in no particular order.

        Args:
            columns: The names of the columns; without one, all.
        """
        names = columns or tuple(self.mapper.column_attrs.keys())
        statement = select(*map(self.column, names)).where(*self.conditions(criteria))

        def work() -> Dicts:
            # By the session, as its events and loader criteria may leave rows out.
            result = self.session.execute(statement, bind_arguments=self._binding)
            return dicts(self.session, result, names)

        return self._read(work)

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
        order = ordering(self, order_by)
        refuse_unwritable(self, order)
        values = None if after is None else read_cursor(self, order, after)
        statement = self._after(order, values)
        if criteria or load:
            statement = statement.where(*self.conditions(criteria)).options(*self._options(load))
        parameters = order.parameters(values) if values and order.is_row else {}
        # One more, to know whether there is a next page.
        found = self._entities(statement.limit(size + 1), parameters)
        items = found[:size]
        # Also without a next page, as some types are known by their values alone.
        cursor = write_cursor(self, order, items[-1]) if items else None
        return Page(items, cursor if len(found) > size else None)

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
        return _batches(self, batch, self._options(load), self.conditions(criteria))

    def _after(self, order: Ordering, values: Sequence[Any] | None) -> Select[Any]:
        """Return the rows in an order, after the one with these values if there are any."""
        # A class is hashable, which mypy does not see through its metaclass.
        driver: Any = type(self)
        statement = _ordered(driver, self.dialect, order, values is not None and order.is_row)
        if values is None or order.is_row:
            return statement
        return statement.where(order.after(values))

    def _select(self, load: Load | Sequence[Load], criteria: dict[str, Any]) -> Select[Any]:
        return select(self.model).where(*self.conditions(criteria)).options(*self._options(load))

    def _require_positive(self, what: str, size: int) -> None:
        if size < 1:
            raise QaplaError(f"{self.model_name}: a {what} has at least one row, not {size}")


@lru_cache(maxsize=512)
def _ordered(
    driver: type[ReadDriver[Any]], dialect: Dialect, order: Ordering, after: bool
) -> Select[Any]:
    """Return the rows of a model in an order; kept, as to build it costs a quarter of a page."""
    statement = select(driver.model).order_by(*order.clauses(dialect))
    return statement.where(order.after_row()) if after else statement


def _batches(
    driver: ReadDriver[M],
    batch: int,
    options: Sequence[ORMOption],
    conditions: Sequence[ColumnElement[bool]],
) -> Iterator[M]:
    order = ordering(driver, None)
    values: list[Any] | None = None
    while True:
        with _separate_session(driver) as own:
            statement = driver._after(order, values).where(*conditions).options(*options)
            parameters = order.parameters(values) if values else {}
            found = type(driver)(own)._entities(statement.limit(batch), parameters)
            own.expunge_all()
        # Before the rows are given away, which may change them.
        values = [getattr(found[-1], term.name) for term in order.terms] if found else None
        yield from found
        if len(found) < batch:
            return


def _separate_session(driver: ReadDriver[Any]) -> Session:
    """Return a new session that works as the driver's does, on connections of its own.

    Its listeners and options hold here too: loader criteria, the role of a tenant.
    """
    session = driver.session
    options: dict[str, Any] = {
        "join_transaction_mode": session.join_transaction_mode,
        "execution_options": session.execution_options,
        "info": {k: v for k, v in session.info.items() if not str(k).startswith(_OWN)},
    }
    if isinstance(session, RoutedSession):
        options["reader"] = session.reader
    twin = type(session)(session.get_bind(driver.mapper), **options)
    dispatch: Any = twin.dispatch
    dispatch._update(session.dispatch, only_propagate=False)
    return twin
