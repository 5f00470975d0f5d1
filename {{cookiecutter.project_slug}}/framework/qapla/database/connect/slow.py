"""Log the statements that take long, with the line that has sent them.

Source: SQLAlchemy, "Query Profiling"; PostgreSQL, `log_min_duration_statement`.
"""

import logging
import sys
import traceback

from sqlalchemy import Engine

from qapla.database.connect.timing import time_statements
from qapla.logs.fields import details

logger = logging.getLogger(__name__)

_NOT_OF_USERS = sys.stdlib_module_names | {"qapla", "sqlalchemy"}
_SHOWN = 2000


def log_slow_statements(engine: Engine, name: str, seconds: float, package: str) -> None:
    """Log each statement of an engine that takes as long as a threshold, or longer.

    Args:
        engine: The engine.
        name: The name of its database.
        seconds: The threshold.
        package: The package of the project, whose line is shown.
    """

    def log_slow(elapsed: float, statement: str) -> None:
        if elapsed >= seconds:
            _log(name, elapsed, caller_in(package), statement)

    time_statements(engine, log_slow)


def _log(name: str, elapsed: float, caller: str, statement: str) -> None:
    """Log a statement with its placeholders, and none of its values."""
    shown = " ".join(statement.split())
    if len(shown) > _SHOWN:
        shown = f"{shown[:_SHOWN]}…"
    logger.warning(
        "database %r: a statement took %.3f seconds, from %s: %s",
        name,
        elapsed,
        caller,
        shown,
        extra=details(
            database=name, duration_ms=round(elapsed * 1000, 1), caller=caller, statement=shown
        ),
    )


def caller_in(package: str) -> str:
    """Return the innermost line of the project; without one, that of another user of SQLAlchemy.

    Args:
        package: The package of the project.
    """
    other = ""
    for frame, line in traceback.walk_stack(None):
        top = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        place = f"{frame.f_code.co_filename}:{line}"
        if top == package:
            return place
        if not other and top not in _NOT_OF_USERS:
            other = place
    return other or "an unknown place"
