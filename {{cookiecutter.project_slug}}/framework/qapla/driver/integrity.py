"""Integrity errors of every engine as errors of ours, with model, constraint and columns.

The rest is looked up in the model's metadata: the columns of a constraint by its
name, or its name by its columns.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper

from qapla.database.dialects.base import Violation
from qapla.database.dialects.errors import violation_of
from qapla.driver.mapping.references import References, by_columns, by_statement
from qapla.exceptions import (
    CheckFailed,
    ConstraintViolation,
    Duplicate,
    MissingReference,
    NotNull,
)

_TEXTS: dict[type[ConstraintViolation], str] = {
    Duplicate: "a row of {model} with the same {columns} is there already",
    NotNull: "{model} needs a value of {columns}",
    CheckFailed: "a row of {model} does not pass the check {constraint}",
}
_PARTS: dict[type[ConstraintViolation], tuple[type[Any], ...]] = {
    Duplicate: (PrimaryKeyConstraint, UniqueConstraint, Index),
    MissingReference: (ForeignKeyConstraint,),
    NotNull: (),
    CheckFailed: (CheckConstraint,),
}
# MariaDB's name of every primary key.
_PRIMARY = "PRIMARY"


@contextmanager
def translate_integrity_errors(mapper: Mapper[Any]) -> Iterator[None]:
    """Raise the integrity errors of the block as errors of ours.

    Args:
        mapper: The mapper of the model that is written; the error may be about another one.
    """
    try:
        yield
    except DBAPIError as error:
        found = violation_of(error.orig)
        if found is None:
            raise
        if found.kind is MissingReference:
            raise _missing_reference(mapper, found, error) from error.orig
        raise _violation(mapper, found) from error.orig


def _violation(mapper: Mapper[Any], found: Violation) -> ConstraintViolation:
    table = _table(mapper, found)
    part = _part(table, found) if table is not None else None
    columns = _columns(part) or found.columns
    constraint = found.constraint
    if part is not None and part.name is not None and constraint in (None, _PRIMARY):
        constraint = str(part.name)
    model = _model(mapper, table)
    text = _TEXTS[found.kind].format(
        model=model, columns=", ".join(columns) or "values", constraint=constraint
    )
    return found.kind(text, model, constraint, columns)


def _missing_reference(
    mapper: Mapper[Any], found: Violation, error: DBAPIError
) -> ConstraintViolation:
    table = _table(mapper, found)
    part = _part(table, found) if table is not None else None
    references = by_statement(error, _tables(mapper))
    if isinstance(part, ForeignKeyConstraint):
        referred = found.referred
        if referred is None:
            referred = by_columns(part, found.columns)
        if referred is None and part in references.keys:
            referred = references.referred
        references = References((part,), referred)
    model = _model(mapper, table)
    constraint, columns = found.constraint, found.columns
    if len(references.keys) == 1:
        [key] = references.keys
        model, columns = _model(mapper, key.table), tuple(column.name for column in key.columns)
        constraint = constraint or (str(key.name) if key.name is not None else None)
    text = references.text(model, lambda table: _model(mapper, table))
    return MissingReference(text, model, constraint, columns)


def _table(mapper: Mapper[Any], found: Violation) -> Table | None:
    """Return the table that an error names, or whose constraint it does, or else the model's own."""
    own, tables = mapper.local_table, _tables(mapper)
    if not isinstance(own, Table):
        return None
    if found.table is not None:
        return next((table for table in tables if table.name == found.table), None)
    if found.constraint not in (None, _PRIMARY):
        named = (t for t in tables if any(p.name == found.constraint for p in _parts(t, found)))
        return next(named, own)
    return own


def _tables(mapper: Mapper[Any]) -> list[Table]:
    """Return the tables that an error may be about, the model's own first."""
    own = mapper.local_table
    return [own, *own.metadata.tables.values()] if isinstance(own, Table) else []


def _model(mapper: Mapper[Any], table: Table | None) -> str:
    if table is not None and table is not mapper.local_table:
        for other in mapper.registry.mappers:
            if other.local_table is table:
                return other.class_.__name__
    return mapper.class_.__name__


def _parts(table: Table, found: Violation) -> list[Constraint | Index]:
    """Return the constraints and unique indexes of the kind that was violated."""
    indexes = (index for index in table.indexes if index.unique)
    kinds = _PARTS[found.kind]
    return [part for part in (*table.constraints, *indexes) if isinstance(part, kinds)]


def _part(table: Table, found: Violation) -> Constraint | Index | None:
    """Return the constraint of an error, by its name or by its columns."""
    parts = _parts(table, found)
    if found.constraint == _PRIMARY:
        return table.primary_key
    for part in parts:
        if part.name is not None and part.name == found.constraint:
            return part
    for part in parts:
        columns = _columns(part)
        # MariaDB names a unique key that nobody has named by its first column.
        if columns and (columns == found.columns or columns[0] == found.constraint):
            return part
    return None


def _columns(part: Constraint | Index | None) -> tuple[str, ...]:
    """Return the names of the columns that a constraint is about."""
    columns = tuple(column.name for column in getattr(part, "columns", ()))
    if columns or not isinstance(part, CheckConstraint):
        return columns
    # A check that was written as text has no columns of its own.
    words = set(re.findall(r"\w+", str(part.sqltext)))
    return tuple(column.name for column in part.table.columns if column.name in words)
