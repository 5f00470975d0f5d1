"""What the drivers' own errors tell of a violated constraint, engine by engine.

Sources: PostgreSQL, "Error and Notice Message Fields"; SQLite, "Result and Error Codes"; MariaDB,
"MariaDB Error Code Reference".
"""

import re
from dataclasses import dataclass
from typing import Any

from qapla.exceptions import (
    CheckFailed,
    ConstraintViolation,
    Duplicate,
    MissingReference,
    NotNull,
)

Kind = type[ConstraintViolation]

_POSTGRESQL: dict[str | None, Kind] = {
    "23505": Duplicate,
    "23503": MissingReference,
    "23502": NotNull,
    "23514": CheckFailed,
}
_SQLITE: dict[str, Kind] = {
    "UNIQUE": Duplicate,
    "FOREIGN KEY": MissingReference,
    "NOT NULL": NotNull,
    "CHECK": CheckFailed,
}
_MARIADB: dict[Any, Kind] = {
    **dict.fromkeys((1062, 1586), Duplicate),
    **dict.fromkeys((1216, 1217, 1451, 1452), MissingReference),
    **dict.fromkeys((1048, 1364), NotNull),
    4025: CheckFailed,
}
_MARIADB_REFERRED = (1217, 1451)
# The key comes after the value, which may read like anything.
_MARIADB_TEXTS: dict[Kind, str] = {
    Duplicate: r".*for key '(?:[^'.]*\.)?(?P<constraint>[^']*)'$",
    MissingReference: r".*fails \(`[^`]*`\.`(?P<table>[^`]*)`, CONSTRAINT `(?P<constraint>[^`]*)`"
    r" FOREIGN KEY \((?P<columns>[^)]*)\)",
    NotNull: r"(?:Column|Field) '(?P<columns>[^']*)'",
    CheckFailed: r"CONSTRAINT `(?P<constraint>[^`]*)` failed for `[^`]*`\.`(?P<table>[^`]*)`",
}


@dataclass(frozen=True)
class Finding:
    """What a driver's error tells, as far as it goes."""

    kind: Kind
    table: str | None = None
    constraint: str | None = None
    columns: tuple[str, ...] = ()
    # Of a foreign key: whether a row is still referred to, where the error says so.
    referred: bool | None = None


def finding(error: BaseException | None) -> Finding | None:
    """Return what an error tells, or None when it is about no constraint."""
    driver = type(error).__module__.partition(".")[0]
    if driver == "sqlite3":
        return _by_sqlite(str(error))
    if hasattr(error, "diag"):
        return _by_postgresql(error)
    return _by_mariadb(getattr(error, "args", ()))


def _by_postgresql(error: Any) -> Finding | None:
    kind = _POSTGRESQL.get(error.sqlstate)
    if kind is None:
        return None
    told = error.diag
    columns = told.column_name
    if columns is None and (match := re.search(r"\((.*?)\)=\(", told.message_detail or "")):
        columns = match[1]
    return Finding(kind, told.table_name, told.constraint_name, _names(columns))


def _by_sqlite(text: str) -> Finding | None:
    match = re.match(r"([A-Z ]+) constraint failed(?:: (.*))?", text, re.DOTALL)
    kind = _SQLITE.get(match[1]) if match else None
    if match is None or kind is None:
        return None
    if kind is CheckFailed:
        return Finding(kind, constraint=match[2])
    table, _, _ = (match[2] or "").partition(".")
    return Finding(kind, table or None, columns=_names((match[2] or "").replace(f"{table}.", "")))


def _by_mariadb(told: tuple[Any, ...]) -> Finding | None:
    code, text = (*told, None, None)[:2]
    kind = _MARIADB.get(code) if isinstance(code, int) else None
    if kind is None:
        return None
    match = re.match(_MARIADB_TEXTS[kind], str(text), re.DOTALL)
    found = match.groupdict() if match else {}
    referred = code in _MARIADB_REFERRED if kind is MissingReference else None
    columns = _names(found.get("columns"))
    return Finding(kind, found.get("table"), found.get("constraint"), columns, referred)


def _names(columns: str | None) -> tuple[str, ...]:
    """Return the names that a list in an error's text has."""
    return tuple(name.strip('` "') for name in (columns or "").split(",") if name)
