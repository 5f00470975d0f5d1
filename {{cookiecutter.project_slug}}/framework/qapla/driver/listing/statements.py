"""Statements over the rows of a model, which are kept, as to build one costs more than a row.

Columns are read by SQLAlchemy's Core where it reads them as the ORM would: in half of the time.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, Integer, Select, bindparam, select
from sqlalchemy.orm import ColumnProperty, Mapper

from qapla.database.sessions.routing import RoutedSession
from qapla.driver.base import Driver
from qapla.driver.listing.ordering import Ordering
from qapla.exceptions import UnknownAttribute

_LIMIT = bindparam("limit", type_=Integer())


@dataclass(frozen=True)
class Columns:
    """Columns of a driver's model, by the names of their attributes.

    Args:
        driver: The class of the driver.
        names: The names.
        core: Whether they are the columns of the table, and not the attributes of the model.
    """

    driver: type[Driver[Any]]
    names: tuple[str, ...]
    core: bool

    @cached_property
    def elements(self) -> list[Any]:
        """Return the columns as a statement takes them."""
        model: Any = self.driver.model
        if not self.core:
            return [getattr(model, name) for name in self.names]
        return [_own_column(model.__mapper__, name) for name in self.names]

    def with_order(self, order: Ordering) -> "Columns":
        """Return these and the columns of an order, whose values a cursor needs."""
        more = [term.name for term in order.terms if term.name not in self.names]
        return replace(self, names=(*self.names, *more)) if more else self

    def ordering(self, order: Ordering) -> Ordering:
        """Return an order by the same kind of columns."""
        # A driver's class is hashable, which mypy does not see.
        driver: Any = self.driver
        return _own_order(driver, order) if self.core else order


def columns_of(driver: Driver[Any], names: tuple[str, ...]) -> Columns:
    """Return columns of a driver's model; without a name, all.

    Raises:
        UnknownAttribute: A name is that of no column.
    """
    # A listener may leave rows out, and another kind of session flushes for the ORM alone.
    session = driver.session
    plain = isinstance(session, RoutedSession) and not session.dispatch.do_orm_execute
    # A class is hashable, which mypy does not see.
    kind: Any = type(driver)
    return _columns(kind, names, plain)


@lru_cache(maxsize=512)
def by_key(columns: Columns) -> Select[Any]:
    """Return the statement that reads columns of one row, by the parameters of `key_parameters`."""
    mapper = columns.driver.model.__mapper__
    keys = [mapper.get_property_by_column(key).key for key in mapper.primary_key]
    own = replace(columns, names=tuple(keys)).elements
    conditions = [key == bindparam(f"key_{place}") for place, key in enumerate(own)]
    return select(*columns.elements).where(*conditions)


def key_parameters(values: tuple[Any, ...]) -> dict[str, Any]:
    """Return the parameters of `by_key` for the row with a primary key."""
    return {f"key_{place}": value for place, value in enumerate(values)}


@lru_cache(maxsize=512)
def following(
    selected: Columns | type[Any], dialect: Dialect, order: Ordering, after: bool
) -> Select[Any]:
    """Return the statement of the first rows in an order, by the parameters of `limit`.

    Args:
        selected: The columns, or the model for its objects.
        dialect: The dialect of the database.
        order: The order.
        after: Whether the rows begin after one, by the parameters of the order.
    """
    if isinstance(selected, Columns):
        elements, order = selected.elements, selected.ordering(order)
    else:
        elements = [selected]
    statement = select(*elements).order_by(*order.clauses(dialect)).limit(_LIMIT)
    return statement.where(order.after_row()) if after else statement


def limit(size: int) -> dict[str, Any]:
    """Return the parameter of `following` for a number of rows."""
    return {_LIMIT.key: size}


@lru_cache(maxsize=512)
def _columns(driver: type[Driver[Any]], names: tuple[str, ...], plain: bool) -> Columns:
    mapper: Mapper[Any] = driver.model.__mapper__
    known = mapper.column_attrs.keys()
    for name in names:
        if name not in known:
            raise UnknownAttribute(driver.model.__name__, name, known)
    return Columns(driver, names or tuple(known), plain and _is_of_table(mapper))


@lru_cache(maxsize=512)
def _own_order(driver: type[Driver[Any]], order: Ordering) -> Ordering:
    mapper = driver.model.__mapper__
    terms = (replace(term, column=_own_column(mapper, term.name)) for term in order.terms)
    return Ordering(tuple(terms))


def _is_of_table(mapper: Mapper[Any]) -> bool:
    """Whether every column of a model is one of its table, and every row of the table one of its."""
    table = mapper.local_table
    return (
        mapper.inherits is None
        and mapper.persist_selectable is table
        and all(_is_own(prop, table) for prop in mapper.column_attrs)
    )


def _is_own(prop: ColumnProperty[Any], table: Any) -> bool:
    (first, *others) = prop.columns
    return not others and isinstance(first, Column) and first.table is table


def _own_column(mapper: Mapper[Any], name: str) -> Any:
    return mapper.column_attrs[name].columns[0]
