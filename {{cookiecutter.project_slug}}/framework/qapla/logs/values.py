"""Hide the values of statements that errors of databases quote.

`hide_parameters` of SQLAlchemy leaves out the parameters, and not the error of the driver, which often
has the value: `DETAIL: Key (name)=(Ann) already exists.`
"""

import re
from collections.abc import Iterable, Iterator

HIDDEN = "…"
# Errors whose first line names tables, columns and constraints, and no values.
_NAMING = frozenset(
    ["IntegrityError", "InterfaceError", "InternalError", "OperationalError", "ProgrammingError"]
)
_QUOTED = re.compile(r"\"[^\n]*\"|'[^\n]*'")
# MariaDB: "Duplicate entry 'Ann' for key 'name'", "Incorrect integer value: 'Ann' for column ...".
_OF_MARIADB = re.compile(r"(entry|value:) '.*'(?= for )")


def hide_values(text: str, errors: Iterable[BaseException]) -> str:
    """Return a text without the values that errors in it quote.

    Args:
        text: A message or a traceback, which has the texts of the errors.
        errors: The errors; they may have come from others. Those of an engine with
            `hide_parameters=False` keep their values.
    """
    for error in _chains(errors):
        cause = getattr(error, "orig", None)
        if cause is None or not getattr(error, "hide_parameters", False):
            continue
        first, *rest = str(cause).splitlines() or [""]
        text = _replace(text, first, _without_values(first, error, cause))
        for line in rest:
            if any(map(str.isalnum, line)):
                text = _replace(text, line, HIDDEN)
    return text


def _chains(errors: Iterable[BaseException]) -> Iterator[BaseException]:
    """Yield errors, and those that they came from or that they group, each of them once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = list(errors)
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [found.__cause__, found.__context__]
        if isinstance(found, BaseExceptionGroup):
            waiting += found.exceptions


def _without_values(line: str, error: BaseException, cause: BaseException) -> str:
    names = {base.__name__ for base in type(error).__mro__}
    if names.isdisjoint(_NAMING):
        return _QUOTED.sub(HIDDEN, line)
    # psycopg has the parts of an error, and names no value in the first.
    return line if hasattr(cause, "diag") else _OF_MARIADB.sub(rf"\1 {HIDDEN}", line)


def _replace(text: str, line: str, shown: str) -> str:
    """Replace a line, also where a text has the `repr` of the error."""
    if not line or line == shown:
        return text
    # Python escapes a quote only in a text that has both kinds.
    escaped = repr(f"{line}'\"")[1:-4]
    for written in (line, repr(line)[1:-1], escaped):
        text = text.replace(written, shown)
    return text
