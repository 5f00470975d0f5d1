"""Criteria other than equality: a list that a column holds, one of several values, bounds, a prefix.

Sources: PostgreSQL, "JSON Types"; MariaDB, "JSON_EQUALS"; SQLite, "JSON Functions And Operators".
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Dialect,
    TypeDecorator,
    and_,
    false,
    func,
    literal,
    or_,
)
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.types import TypeEngine

from qapla.database.dialects import dialect_of
from qapla.driver.mapping.values import compared_type, holds, may_equal


@dataclass(frozen=True)
class Equals:
    """A criterion that compares a column with a value as a whole, even if it is a list."""

    value: Any


@dataclass(frozen=True)
class OneOf:
    """A criterion that a column has one of several values, which may be lists."""

    values: Collection[Any]


@dataclass(frozen=True)
class Between:
    """A criterion that a column is within bounds, which belong to it; None is no bound."""

    least: Any = None
    greatest: Any = None


@dataclass(frozen=True)
class StartsWith:
    """A criterion that a text begins with another one, letter by letter as texts are compared."""

    prefix: str


def condition(column: QueryableAttribute[Any], value: Any, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition that a criterion stands for.

    Args:
        column: The column that it names.
        value: A value, None, or several values.
        dialect: The dialect of the database.
    """
    if value is None:
        return column.is_(None)
    # By the property, as an attribute looks for its type along several ways.
    type_: TypeEngine[Any] = column.property.columns[0].type
    if isinstance(value, Equals):
        return _equal(column, type_, value.value, dialect)
    if isinstance(value, OneOf):
        return _among(column, type_, value.values, dialect)
    if isinstance(value, Between):
        return _between(column, type_, value, dialect)
    if isinstance(value, StartsWith):
        return _starts(column, type_, value.prefix, dialect)
    is_list = isinstance(value, (list, tuple)) and not _holds_lists(type_, dialect)
    if is_list or isinstance(value, (set, frozenset)):
        return _among(column, type_, value, dialect)
    return _equal(column, type_, value, dialect)


def _among(
    column: QueryableAttribute[Any],
    type_: TypeEngine[Any],
    values: Collection[Any],
    dialect: Dialect,
) -> ColumnElement[bool]:
    if _holds_lists(type_, dialect):
        return or_(false(), *(_equal(column, type_, value, dialect) for value in values))
    engine = dialect_of(dialect.name)
    given = [value for value in values if value is not None and may_equal(type_, value, engine)]
    found = column.in_(given)
    return or_(found, column.is_(None)) if None in values else found


def _equal(
    column: QueryableAttribute[Any], type_: TypeEngine[Any], value: Any, dialect: Dialect
) -> ColumnElement[bool]:
    if value is None:
        return column.is_(None)
    if isinstance(value, (list, tuple, dict)) or isinstance(type_, JSON):
        return _equal_whole(column, type_, value, dialect)
    return column == value if may_equal(type_, value, dialect_of(dialect.name)) else false()


def _between(
    column: QueryableAttribute[Any], type_: TypeEngine[Any], bounds: Between, dialect: Dialect
) -> ColumnElement[bool]:
    """Return the condition of bounds; a row without a value is within none."""
    found: list[ColumnElement[bool]] = [column.is_not(None)]
    for bound, is_least in ((bounds.least, True), (bounds.greatest, False)):
        if bound is None:
            continue
        if holds(type_, bound, dialect_of(dialect.name)):
            limit = literal(bound, compared_type(type_, bound))
            found.append(column >= limit if is_least else column <= limit)
        elif not _is_beyond(bound, is_least=is_least):
            found.append(false())
    return and_(*found)


def _is_beyond(bound: Any, *, is_least: bool) -> bool:
    """Whether every value of a column is on the right side of a number that it cannot hold."""
    is_number = isinstance(bound, (int, float, Decimal)) and bound == bound
    return is_number and (bound < 0 if is_least else bound > 0)


def _starts(
    column: QueryableAttribute[Any], type_: TypeEngine[Any], prefix: str, dialect: Dialect
) -> ColumnElement[bool]:
    """Return the condition of a prefix. LIKE would ignore case on SQLite, where `=` does not."""
    if not holds(type_, prefix, dialect_of(dialect.name)):
        return false()
    return func.substr(column, 1, len(prefix)) == literal(prefix, type_)


def _equal_whole(
    column: QueryableAttribute[Any], type_: TypeEngine[Any], value: Any, dialect: Dialect
) -> ColumnElement[bool]:
    """Return the condition that a column has a value of several parts.

    The order of an object's keys in JSON does not count, except on SQLite.
    """
    inner = _inner(type_, dialect)
    given = literal(list(value) if isinstance(value, tuple) and _is_list(inner) else value, type_)
    if not isinstance(inner, JSON):
        return column == given
    return dialect_of(dialect.name).equal_json(column, given)


def _holds_lists(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether a list is one value of a column."""
    return _is_list(_inner(type_, dialect))


def _is_list(type_: TypeEngine[Any]) -> bool:
    return isinstance(type_, (ARRAY, JSON))


def _inner(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return the type that a dialect has for a column, below its decorators."""
    found = type_.dialect_impl(dialect)
    while isinstance(found, TypeDecorator):
        found = found.impl_instance
    return found
