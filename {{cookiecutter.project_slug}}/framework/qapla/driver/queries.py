"""Distinguish queries from statements that write, before anything is sent.

Sources: PostgreSQL, "SQL Commands"; MariaDB, "SQL Statements"; SQLite, "SQL As Understood By SQLite".
"""

import re
from typing import Any

from sqlalchemy import ColumnClause, Executable, TextClause
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.functions import FunctionElement, GenericFunction, next_value
from sqlalchemy.sql.selectable import ForUpdateArg

from qapla.database.dialects import dialect_of

# Comments, quoted texts and names, and the bodies that PostgreSQL quotes by dollars.
_STRING, _ESCAPED = r"'(?:[^']|'')*'", r"'(?:[^'\\]|''|\\.)*'"
_OTHERS = r'--[^\n]*|/\*(?!!).*?\*/|"(?:[^"]|"")*"|`(?:[^`]|``)*`'
_DOLLARS = r"(\$(?:[A-Za-z_]\w*)?\$).*?\1"
_QUOTED = re.compile(rf"{_OTHERS}|\b[eE]{_ESCAPED}|{_STRING}|{_DOLLARS}", re.DOTALL)
_QUOTED_WITH_ESCAPES = re.compile(f"{_OTHERS}|{_ESCAPED}", re.DOTALL)
_QUERY = re.compile(
    r"[\s(]*(?:SELECT|VALUES|TABLE|WITH|SHOW|EXPLAIN|DESC|DESCRIBE)\b", re.IGNORECASE
)
# Where a SELECT keeps the texts of `prefix_with`, `suffix_with` and the hints.
_TEXTS = ("_prefixes", "_suffixes", "_hints", "_statement_hints")
_WRITE = re.compile(
    r"\b(?:INSERT\s+INTO|REPLACE\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO|INTO"
    r"|FOR\s+(?:NO\s+KEY\s+)?UPDATE|FOR\s+(?:KEY\s+)?SHARE|LOCK\s+IN\s+SHARE\s+MODE)\b",
    re.IGNORECASE,
)


def is_query(statement: Executable, backend: str) -> bool:
    """Whether a statement is one query that locks no rows, and nothing else.

    Args:
        statement: A statement of SQLAlchemy, which may be a text.
        backend: The name of the database's dialect, which decides how texts are quoted.
    """
    if isinstance(statement, ExecutableDDLElement):
        return False
    if isinstance(statement, TextClause) and not _QUERY.match(_bare(statement.text, backend)):
        return False
    return not any(_writes(part, backend) for part in _parts(statement))


def is_known_to_read(statement: Executable) -> bool:
    """Whether no part of a query can call a function that writes, or needs a transaction.

    A cursor of the server, for `yield_per`, lives in a transaction.
    """
    options = statement.get_execution_options()
    if options.get("yield_per") or options.get("stream_results"):
        return False
    return not any(_is_foreign(part) for part in _parts(statement))


def _parts(statement: Executable) -> Any:
    return visitors.iterate(statement)  # type: ignore[arg-type]


def _writes(part: Any, backend: str) -> bool:
    if isinstance(part, TextClause):
        bare = _bare(part.text, backend)
        return ";" in bare.rstrip("; \t\n") or _WRITE.search(bare) is not None
    return getattr(part, "is_dml", False) or isinstance(part, ForUpdateArg)


def _bare(text: str, backend: str) -> str:
    """Return a text of SQL without comments, and with its quoted parts emptied."""
    quoted = _QUOTED_WITH_ESCAPES if dialect_of(backend).escapes_by_backslash else _QUOTED
    return quoted.sub(lambda found: " " if found[0][:2] in ("--", "/*") else "''", text)


def _is_foreign(part: Any) -> bool:
    if isinstance(part, FunctionElement):
        own = isinstance(part, GenericFunction) and type(part).__module__.startswith("sqlalchemy.")
        return not own or isinstance(part, next_value)
    if isinstance(part, ColumnClause):
        # The star of `count(*)` is one too.
        return part.is_literal and part.name != "*"
    if isinstance(part, TextClause) or any(getattr(part, name, None) for name in _TEXTS):
        return True
    return isinstance(getattr(part, "operator", None), operators.custom_op)
