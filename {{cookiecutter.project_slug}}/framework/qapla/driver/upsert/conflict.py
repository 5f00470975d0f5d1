"""The conflict target of an upsert: its columns, and the predicate of a partial unique index.

Sources: PostgreSQL, "INSERT: ON CONFLICT Clause"; SQLite, "UPSERT" and "Partial Indexes".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    PrimaryKeyConstraint,
    Table,
    TextClause,
    UniqueConstraint,
    literal,
    or_,
    text,
)
from sqlalchemy.orm import QueryableAttribute

from qapla.database.dialects import dialect_of
from qapla.driver.base import Driver
from qapla.driver.mapping.tables import table_of
from qapla.exceptions import QaplaError

Predicate = ColumnElement[bool] | QueryableAttribute[bool] | TextClause


@dataclass(frozen=True)
class Target:
    """The rows that an upsert updates instead of inserting them again.

    Args:
        names: The attributes of the unique columns.
        predicate: The condition of the partial unique index over them, or None.
        kind: The condition of the model's own rows, where other models share the table.
    """

    names: list[str]
    predicate: TextClause | None
    kind: ColumnElement[bool] | None


def target_of(driver: Driver[Any], on: Sequence[str], index_where: Predicate | None) -> Target:
    """Return the conflict target that `on` names, by default the primary key.

    Args:
        driver: A driver of the model.
        on: The attributes of the unique columns.
        index_where: The predicate of the partial index; by default that of the model's own.

    Raises:
        UnknownAttribute: A name is of no column.
        QaplaError: The engine has no partial indexes, or several of the model's fit.
    """
    for name in on:
        driver.column(name)
    mapper = driver.mapper
    keys = (mapper.get_property_by_column(key).key for key in mapper.primary_key)
    names = list(on) or list(keys)
    engine = driver.dialect.name
    has_partial = dialect_of(engine).has_partial_indexes
    if index_where is not None and not has_partial:
        raise QaplaError(
            f"{driver.model_name}: {engine} has no partial indexes: leave index_where= out, "
            "and name the columns of a unique constraint in on="
        )
    if index_where is None and has_partial:
        columns = [mapper.column_attrs[name].columns[0] for name in names]
        index_where = _declared(driver, table_of(driver), columns)
    rendered = None if index_where is None else _rendered(driver.dialect, index_where)
    return Target(names, rendered, _kind(driver))


def _declared(
    driver: Driver[Any], table: Table, columns: Sequence[ColumnElement[Any]]
) -> Predicate | None:
    """Return the predicate of the partial unique index over these columns, if no other has them."""
    wanted = set(columns)
    if any(wanted == set(constraint.columns) for constraint in _constraints(table)):
        return None
    indexes = [i for i in table.indexes if i.unique and wanted == set(i.expressions)]
    engine = driver.dialect.name
    predicates: list[Any] = [index.dialect_options[engine].get("where") for index in indexes]
    if not predicates or any(predicate is None for predicate in predicates):
        return None
    if len(predicates) > 1:
        names = ", ".join(sorted(str(index.name) for index in indexes))
        raise QaplaError(
            f"{driver.model_name}: the indexes {names} are over the same columns: "
            "give the predicate of one of them as index_where="
        )
    found: Predicate = predicates[0]
    return found


def _constraints(table: Table) -> Iterator[PrimaryKeyConstraint | UniqueConstraint]:
    yield table.primary_key
    yield from (part for part in table.constraints if isinstance(part, UniqueConstraint))


def _rendered(dialect: Dialect, predicate: Predicate) -> TextClause:
    """Return a predicate without parameters, of which PostgreSQL cannot prove that an index fits."""
    # In this style a percent sign is not doubled: the text is compiled again.
    kind: Any = type(dialect)
    named = kind(paramstyle="named")
    options = {"literal_binds": True, "include_table": False}
    expression = predicate.expression if isinstance(predicate, QueryableAttribute) else predicate
    compiled = expression.compile(dialect=named, compile_kwargs=options)
    return text(str(compiled).replace(":", "\\:"))


def _kind(driver: Driver[Any]) -> ColumnElement[bool] | None:
    mapper = driver.mapper
    if not mapper.single or mapper.polymorphic_on is None:
        return None
    column = mapper.polymorphic_on
    kinds = [other.polymorphic_identity for other in mapper.self_and_descendants]
    # In the text, as a statement of many rows takes no lists of parameters.
    return or_(*(column == literal(kind, column.type, literal_execute=True) for kind in kinds))
