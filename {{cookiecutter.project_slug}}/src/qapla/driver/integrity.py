"""Integrity errors of every engine as errors of ours, with model, constraint and columns.

Sources: PostgreSQL, "Error and Notice Message Fields"; SQLite, "Result and Error Codes"; MariaDB,
"MariaDB Error Code Reference".
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Constraint, Index, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper

from qapla.exceptions import (
    CheckFailed,
    ConstraintViolation,
    Duplicate,
    MissingReference,
    NotNull,
)

_TEXTS: dict[type[ConstraintViolation], str] = {
    Duplicate: "a row of {model} with the same {columns} is there already",
    MissingReference: "a row of {model} refers to a row that is not there, or is referred to",
    NotNull: "{model} needs a value of {columns}",
    CheckFailed: "a row of {model} does not pass the check {constraint}",
}
_POSTGRESQL: dict[str, type[ConstraintViolation]] = {
    "23505": Duplicate,
    "23503": MissingReference,
    "23502": NotNull,
    "23514": CheckFailed,
}
_MARIADB: dict[int, type[ConstraintViolation]] = {
    **dict.fromkeys((1062, 1586), Duplicate),
    **dict.fromkeys((1216, 1217, 1451, 1452), MissingReference),
    **dict.fromkeys((1048, 1364), NotNull),
    4025: CheckFailed,
}
_SQLITE: dict[str, type[ConstraintViolation]] = {
    "UNIQUE": Duplicate,
    "FOREIGN KEY": MissingReference,
    "NOT NULL": NotNull,
    "CHECK": CheckFailed,
}


@dataclass(frozen=True)
class _Finding:
    """What a driver's error tells, as far as it goes."""

    kind: type[ConstraintViolation]
    table: str | None = None
    constraint: str | None = None
    columns: tuple[str, ...] = ()


@contextmanager
def translated(mapper: Mapper[Any]) -> Iterator[None]:
    """Raise the integrity errors of the block as errors of ours.

    Args:
        mapper: The mapper of the model that is written; the error may be about another one.
    """
    try:
        yield
    except DBAPIError as error:
        violation = _violation(mapper, error.orig)
        if violation is None:
            raise
        raise violation from error.orig


def _violation(mapper: Mapper[Any], error: BaseException | None) -> ConstraintViolation | None:
    found = _found(error)
    if found is None:
        return None
    table = _table(mapper, found.table)
    columns, constraint = found.columns, found.constraint
    if table is not None and not columns and constraint is not None:
        columns = _columns(table, constraint)
    if table is not None and constraint is None:
        constraint = _constraint(table, found.kind, columns)
    model = _model(mapper, table)
    text = _TEXTS[found.kind].format(
        model=model, columns=", ".join(columns) or "values", constraint=constraint
    )
    return found.kind(text, model, constraint, columns)


def _found(error: BaseException | None) -> _Finding | None:
    if diagnosis := getattr(error, "diag", None):
        return _found_by_postgresql(error, diagnosis)
    name = type(error).__module__.partition(".")[0] if error is not None else ""
    if name == "sqlite3":
        return _found_by_sqlite(str(error))
    return _found_by_mariadb(error)


def _found_by_postgresql(error: Any, diagnosis: Any) -> _Finding | None:
    kind = _POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
    if kind is None:
        return None
    column = diagnosis.column_name
    columns = (column,) if column else ()
    return _Finding(kind, diagnosis.table_name, diagnosis.constraint_name, columns)


def _found_by_sqlite(text: str) -> _Finding | None:
    match = re.match(r"([A-Z ]+) constraint failed(?:: (.*))?", text)
    kind = _SQLITE.get(match[1]) if match else None
    if match is None or kind is None:
        return None
    if kind is CheckFailed:
        return _Finding(kind, constraint=match[2])
    named = [name.rpartition(".") for name in (match[2] or "").split(", ") if name]
    table = named[0][0] or None if named else None
    return _Finding(kind, table, columns=tuple(column for _, _, column in named))


def _found_by_mariadb(error: BaseException | None) -> _Finding | None:
    code, text = (*(error.args if error is not None else ()), None, None)[:2]
    kind = _MARIADB.get(code) if isinstance(code, int) else None
    if kind is None:
        return None
    text = str(text)
    key = re.search(r"for key '(?:[^'.]*\.)?([^']*)'", text)
    constraint = re.search(r"CONSTRAINT `([^`]*)`", text)
    table = re.search(r"fails \(`[^`]*`\.`([^`]*)`|failed for `[^`]*`\.`([^`]*)`", text)
    column = re.search(r"(?:Column|Field) '([^']*)'", text)
    foreign = re.search(r"FOREIGN KEY \(([^)]*)\)", text)
    columns = [column[1]] if column else []
    if foreign:
        columns = [name.strip("` ") for name in foreign[1].split(",")]
    named = key or constraint
    return _Finding(
        kind,
        next((name for name in table.groups() if name), None) if table else None,
        named[1] if named else None,
        tuple(columns),
    )


def _table(mapper: Mapper[Any], name: str | None) -> Table | None:
    """Return the table that an error is about: the model's own unless it names another one."""
    own = mapper.local_table
    if name is None or getattr(own, "name", None) == name:
        return own if isinstance(own, Table) else None
    for table in own.metadata.tables.values() if isinstance(own, Table) else ():
        if table.name == name:
            return table
    return None


def _model(mapper: Mapper[Any], table: Table | None) -> str:
    for other in mapper.registry.mappers:
        if other.local_table is table:
            return other.class_.__name__
    return mapper.class_.__name__


def _parts(table: Table) -> Iterator[Constraint | Index]:
    yield from table.constraints
    yield from table.indexes


def _columns(table: Table, constraint: str) -> tuple[str, ...]:
    """Return the columns of a constraint or unique index by its name."""
    if constraint == "PRIMARY":
        return tuple(column.name for column in table.primary_key)
    for part in _parts(table):
        if part.name == constraint:
            return tuple(column.name for column in getattr(part, "columns", ()))
    return ()


def _constraint(
    table: Table, kind: type[ConstraintViolation], columns: tuple[str, ...]
) -> str | None:
    """Return the name of the unique constraint of some columns, where the engine tells only these."""
    if kind is not Duplicate or not columns:
        return None
    for part in _parts(table):
        names = tuple(column.name for column in getattr(part, "columns", ()))
        if names == columns and part.name is not None:
            return str(part.name)
    return None
