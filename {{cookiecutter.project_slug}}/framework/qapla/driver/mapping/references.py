"""The foreign keys that an error is about, and the sentence that names them.

SQLite's error names nothing at all: there the statement that failed tells which foreign keys it can
have violated.
Source: SQLite, "SQLite Foreign Key Support".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table
from sqlalchemy.exc import DBAPIError

_NAME = r'"?(?P<table>[^\s"(]+)"?'
_INSERT = re.compile(rf"INSERT INTO {_NAME} \((?P<columns>[^)]*)\) VALUES", re.IGNORECASE)
_UPDATE = re.compile(
    rf"UPDATE {_NAME} SET (?P<columns>.*?)(?: WHERE |$)",  # noqa: S608 (a pattern)
    re.IGNORECASE | re.DOTALL,
)
_DELETE = re.compile(rf"DELETE FROM {_NAME}", re.IGNORECASE)  # noqa: S608 (a pattern)
# With these a deletion goes on, in the referring table or not at all.
_PASSED_ON = ("CASCADE", "SET NULL", "SET DEFAULT")


@dataclass(frozen=True)
class References:
    """The foreign keys that may be violated.

    Args:
        keys: The foreign keys, of which one is violated.
        referred: Whether a row is still referred to; or else one is missing. None: not known.
    """

    keys: tuple[ForeignKeyConstraint, ...] = ()
    referred: bool | None = None

    def text(self, model: str, name: Callable[[Table], str]) -> str:
        """Return the sentence that names the columns.

        Args:
            model: The name of the model that is written.
            name: Return the name of a table's model.
        """
        if not self.keys:
            return f"a row of {model} refers to a row that is not there, or is referred to"
        if self.referred:
            by = " or by ".join(f"{_columns(key)} of {name(key.table)}" for key in self.keys)
            return f"a row of {name(self.keys[0].referred_table)} is referred to by {by}"
        by = " or ".join(dict.fromkeys(map(_columns, self.keys)))
        targets = " or ".join(dict.fromkeys(name(key.referred_table) for key in self.keys))
        text = f"a row of {name(self.keys[0].table)} refers by {by} to a row of {targets}"
        return f"{text} that is not there{'' if self.referred is False else ', or is deleted'}"


def by_columns(key: ForeignKeyConstraint, columns: Sequence[str]) -> bool | None:
    """Return whether a row is still referred to, by the columns that PostgreSQL's error names.

    Args:
        key: The foreign key that the error names.
        columns: The columns of the key where a row is missing, and of the other table otherwise.
    """
    referring = [column.name for column in key.columns]
    others = [element.column.name for element in key.elements]
    if referring == others or list(columns) not in (referring, others):
        return None
    return list(columns) == others


def by_statement(error: DBAPIError, tables: Iterable[Table]) -> References:
    """Return the foreign keys that a statement of SQLite can have violated."""
    statement = " ".join((error.statement or "").split())
    known = {table.name: table for table in tables}
    if match := _INSERT.match(statement):
        given = _given(_names(match["columns"]), error.params)
        return References(tuple(_of(known.get(match["table"]), given)), referred=False)
    if match := _UPDATE.match(statement):
        changed = _names([part.partition("=")[0] for part in match["columns"].split(",")])
        if keys := tuple(_of(known.get(match["table"]), changed)):
            return References(keys, referred=False)
        return References(tuple(_to(known.get(match["table"]), changed, known)), referred=True)
    if match := _DELETE.match(statement):
        found = _referring(known.get(match["table"]), known, set())
        return References(tuple(found), referred=True)
    return References()


def _of(table: Table | None, given: Sequence[str]) -> Iterator[ForeignKeyConstraint]:
    """Yield the foreign keys of a table of which a column is given."""
    for key in _keys(table):
        if all(column.name in given for column in key.columns):
            yield key


def _to(
    table: Table | None, changed: Sequence[str], known: Mapping[str, Table]
) -> Iterator[ForeignKeyConstraint]:
    """Yield the foreign keys that refer to a column of a table which is changed."""
    for key in (key for other in known.values() for key in _keys(other)):
        names = [element.column.name for element in key.elements]
        if key.referred_table is table and any(name in changed for name in names):
            yield key


def _referring(
    table: Table | None, known: Mapping[str, Table], seen: set[Table]
) -> Iterator[ForeignKeyConstraint]:
    """Yield the foreign keys that keep a row of a table, or one that would be deleted with it."""
    if table is None or table in seen:
        return
    seen.add(table)
    for other in known.values():
        for key in _keys(other):
            if key.referred_table is not table:
                continue
            action = (key.ondelete or "").upper()
            if action == "CASCADE":
                yield from _referring(other, known, seen)
            elif action not in _PASSED_ON:
                yield key


def _keys(table: Table | None) -> list[ForeignKeyConstraint]:
    found = [] if table is None else table.foreign_key_constraints
    # In the order of the table, as a set has none.
    return sorted(found, key=lambda key: [column.name for column in key.columns])


def _given(names: Sequence[str], parameters: Any) -> list[str]:
    """Return the columns that have a value in a row: NULL refers to nothing."""
    many = isinstance(parameters, list)
    rows = [row for row in (parameters if many else [parameters]) if row is not None]
    complete = [row for row in rows if isinstance(row, tuple) and len(row) == len(names)]
    if not complete or len(complete) < len(rows):
        return list(names)
    return [n for place, n in enumerate(names) if any(row[place] is not None for row in complete)]


def _names(columns: str | Sequence[str]) -> list[str]:
    parts = columns.split(",") if isinstance(columns, str) else columns
    return [part.strip().strip('"') for part in parts]


def _columns(key: ForeignKeyConstraint) -> str:
    return ", ".join(column.name for column in key.columns)
