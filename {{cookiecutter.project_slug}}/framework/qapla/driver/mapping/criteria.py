"""Criteria whose values are collections: a list that a column holds, or one of several values.

Sources: PostgreSQL, "JSON Types"; MariaDB, "JSON_EQUALS"; SQLite, "JSON Functions And Operators".
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Dialect,
    TypeDecorator,
    false,
    literal,
    or_,
)
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.types import TypeEngine

from qapla.database.dialects import dialect_of
from qapla.driver.mapping.values import holds


@dataclass(frozen=True)
class Equals:
    """A criterion that compares a column with a value as a whole, even if it is a list."""

    value: Any


@dataclass(frozen=True)
class OneOf:
    """A criterion that a column has one of several values, which may be lists."""

    values: Collection[Any]


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
    given = [v for v in values if v is not None and holds(type_, v, dialect_of(dialect.name))]
    found = column.in_(given)
    return or_(found, column.is_(None)) if None in values else found


def _equal(
    column: QueryableAttribute[Any], type_: TypeEngine[Any], value: Any, dialect: Dialect
) -> ColumnElement[bool]:
    if value is None:
        return column.is_(None)
    if isinstance(value, (list, tuple, dict)) or isinstance(type_, JSON):
        return _equal_whole(column, type_, value, dialect)
    return column == value if holds(type_, value, dialect_of(dialect.name)) else false()


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
