"""Orderings of a listing: several columns, descending, nullable, made unique by the primary key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Enum,
    String,
    and_,
    bindparam,
    cast,
    false,
    inspect,
    literal,
    or_,
    tuple_,
)
from sqlalchemy.orm import Mapper, QueryableAttribute
from sqlalchemy.orm.exc import UnmappedColumnError
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op
from sqlalchemy.types import TypeEngine

from qapla.database.dialects import dialect_of
from qapla.driver.base import Driver, column_of
from qapla.driver.listing.codec import decorated
from qapla.exceptions import UnknownAttribute

# A column's attribute or its name; descending is `Ship.name.desc()` or "-name".
Order = str | QueryableAttribute[Any] | UnaryExpression[Any]


@dataclass(frozen=True)
class Term:
    """Order by one column. Rows without a value come last, in both directions, on every engine."""

    name: str
    column: QueryableAttribute[Any]
    descending: bool
    nullable: bool

    def clauses(self, dialect: Dialect) -> Iterator[ColumnElement[Any]]:
        """Yield the terms of ORDER BY.

        Where it is the engine's own order nothing is added, so that an index serves.
        """
        engine = dialect_of(dialect.name)
        column: ColumnElement[Any] = self.column.expression
        if engine.sorts_enums_by_index and _is_native_enum(decorated(column.type, dialect)[1]):
            column = cast(column, String)
        ordered = column.desc() if self.descending else column.asc()
        if self.nullable:
            yield from engine.nulls_last(
                self.column.expression, ordered, descending=self.descending
            )
        else:
            yield ordered

    def after(self, value: Any) -> ColumnElement[bool]:
        """Return the condition of the rows that come strictly after a value in this term."""
        if value is None:
            return false()
        # As a parameter of the column's type: a bare True or False is no operand of SQLAlchemy's.
        last = literal(value, self.column.type)
        beyond = self.column < last if self.descending else self.column > last
        return or_(beyond, self.column.is_(None)) if self.nullable else beyond

    def same(self, value: Any) -> ColumnElement[bool]:
        """Return the condition of the rows that have this value."""
        return self.column.is_(None) if value is None else self.column == value

    def not_before(self, value: Any) -> ColumnElement[bool]:
        """Return the condition of the rows that have this value or come after it."""
        if value is None:
            return self.column.is_(None)
        first = literal(value, self.column.type)
        from_here = self.column <= first if self.descending else self.column >= first
        return or_(from_here, self.column.is_(None)) if self.nullable else from_here


@dataclass(frozen=True)
class Ordering:
    """Order by several terms, of which the last are the primary key."""

    terms: tuple[Term, ...]

    def clauses(self, dialect: Dialect) -> list[ColumnElement[Any]]:
        """Return the terms of ORDER BY."""
        return [clause for term in self.terms for clause in term.clauses(dialect)]

    @property
    def is_row(self) -> bool:
        """Whether the terms compare as one row: in one direction, and always with a value."""
        first = self.terms[0]
        return all(t.descending == first.descending and not t.nullable for t in self.terms)

    def after(self, values: Sequence[Any]) -> ColumnElement[bool]:
        """Return the condition of the rows that come after the one with these values."""
        chain: list[ColumnElement[bool]] = []
        for position, term in enumerate(self.terms):
            before = [t.same(v) for t, v in zip(self.terms[:position], values, strict=False)]
            chain.append(and_(*before, term.after(values[position])))
        # Said for the first term alone too: by it an index finds where to begin.
        return and_(self.terms[0].not_before(values[0]), or_(*chain))

    def after_row(self) -> ColumnElement[bool]:
        """Return the same for terms that are a row, by the names of `parameters`.

        An index over the columns serves it, and a statement that has it can be kept.
        """
        columns = [term.column for term in self.terms]
        given = [bindparam(f"after_{term.name}", type_=term.column.type) for term in self.terms]
        if self.terms[0].descending:
            return tuple_(*columns) < tuple_(*given)
        return tuple_(*columns) > tuple_(*given)

    def parameters(self, values: Sequence[Any]) -> dict[str, Any]:
        """Return the parameters of `after_row` for the row with these values."""
        return {f"after_{t.name}": value for t, value in zip(self.terms, values, strict=True)}

    def __str__(self) -> str:
        return ",".join(f"{'-' if term.descending else ''}{term.name}" for term in self.terms)


def ordering(driver: Driver[Any], order_by: Order | Sequence[Order] | None) -> Ordering:
    """Return an ordering by columns of a driver's model, completed by its primary key.

    Raises:
        UnknownAttribute: An order names no column of the model.
    """
    given = tuple(order_by) if isinstance(order_by, (list, tuple)) else (order_by,)
    orders = tuple(order for order in given if order is not None)
    if all(isinstance(order, str) for order in orders):
        # A model is hashable, which mypy does not see.
        model: Any = driver.model
        return _named(model, orders)
    return _ordering(driver.model, orders)


@lru_cache(maxsize=512)
def _named(model: type[Any], orders: tuple[str, ...]) -> Ordering:
    """Return an ordering by names, which is kept: to make one takes a tenth of a page's time."""
    return _ordering(model, orders)


def _ordering(model: type[Any], orders: Iterable[Any]) -> Ordering:
    mapper: Mapper[Any] = inspect(model)
    terms = [_term(mapper, order) for order in orders]
    named = {term.name for term in terms}
    keys = [mapper.get_property_by_column(key).key for key in mapper.primary_key]
    terms += [_term(mapper, key) for key in keys if key not in named]
    return Ordering(tuple(terms))


def _term(mapper: Mapper[Any], order: Any) -> Term:
    descending = False
    if isinstance(order, UnaryExpression):
        descending = order.modifier is desc_op
        order = order.element
    if isinstance(order, str):
        descending, name = order.startswith("-"), order.removeprefix("-")
    else:
        name = _name(mapper, order)
    column = column_of(mapper, name)
    nullable = any(part.nullable for part in mapper.column_attrs[name].columns)
    return Term(name, column, descending, nullable)


def _is_native_enum(type_: TypeEngine[Any]) -> bool:
    return isinstance(type_, Enum) and type_.native_enum


def _name(mapper: Mapper[Any], order: Any) -> str:
    """Return the name of the attribute that an expression of a column stands for."""
    # By the column, as another model may have one of the same name.
    column = getattr(order, "expression", order)
    try:
        return mapper.get_property_by_column(column).key
    except UnmappedColumnError:
        known = mapper.column_attrs.keys()
        raise UnknownAttribute(mapper.class_.__name__, str(column), known) from None
