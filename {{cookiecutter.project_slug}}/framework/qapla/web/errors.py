"""Error responses: JSON with the key `error`, for faults of a client or of the database.

An exception view of the project for the same class replaces the one here.
"""

import logging
from typing import Any

from pyramid.exceptions import PredicateMismatch
from pyramid.httpexceptions import HTTPNotFound
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from qapla.database.dialects.errors import is_misfit, is_missing_table, is_transient
from qapla.exceptions import (
    BadCursor,
    CheckFailed,
    ConstraintViolation,
    DatabaseNotFound,
    Duplicate,
    Locked,
    MissingReference,
    NotNull,
    ObjectNotFound,
    QaplaError,
    StaleObject,
)
from qapla.web.repeats import Repeats

logger = logging.getLogger(__name__)

_STATUS: dict[type[QaplaError], int] = {
    BadCursor: 400,
    CheckFailed: 400,
    NotNull: 400,
    ObjectNotFound: 404,
    Duplicate: 409,
    Locked: 409,
    MissingReference: 409,
    StaleObject: 409,
}
# Restarts and failovers take seconds; more would keep clients away longer than the database was.
RETRY_AFTER = 5
# An outage is the same line for each request.
_repeats = Repeats(seconds=10)


def includeme(config: Any) -> None:
    """Add the exception views.

    Args:
        config: Pyramid's configurator.
    """
    for error in _STATUS:
        config.add_exception_view(_refused, context=error, renderer="json")
    for failure in (DBAPIError, PoolTimeout, DatabaseNotFound, OverflowError):
        config.add_exception_view(_failed, context=failure, renderer="json")
    config.add_exception_view(_undecodable, context=UnicodeDecodeError, renderer="json")
    config.add_notfound_view(_not_found, renderer="json")


def _refused(error: QaplaError, request: Any) -> dict[str, Any]:
    request.response.status_int = next(_STATUS[c] for c in type(error).__mro__ if c in _STATUS)
    answer: dict[str, Any] = {"error": str(error)}
    if isinstance(error, ConstraintViolation) and error.columns:
        answer["columns"] = list(error.columns)
    return answer


def _failed(error: Exception, request: Any) -> dict[str, str]:
    """Answer 400 for a value that does not fit, and 503 for a database that is not available."""
    if is_misfit(error):
        request.response.status_int = 400
        return {"error": "a value does not fit its column"}
    if not _is_unavailable(error):
        # Pyramid goes on with the exception view of a more general class.
        raise PredicateMismatch
    reason = _reason(error)
    repeated = _repeats.count(reason)
    if repeated is not None:
        more = f" (and {repeated} times since the last such line)" if repeated else ""
        logger.error("503 for %s %s: %s%s", request.method, request.path, reason, more)
    request.response.status_int = 503
    request.response.retry_after = RETRY_AFTER
    return {"error": "the database is not available: try again later"}


def _is_unavailable(error: Exception) -> bool:
    if isinstance(error, PoolTimeout | DatabaseNotFound):
        return True
    return is_transient(error) or is_missing_table(error)


def _reason(error: Exception) -> str:
    """Return the error as one line, with its notes, which have the command to type."""
    shown = error.orig if isinstance(error, DBAPIError) else error
    (first, *_) = str(shown).splitlines() or [""]
    return "; ".join([f"{type(shown).__name__}: {first}", *getattr(error, "__notes__", ())])


def _undecodable(error: UnicodeDecodeError, request: Any) -> dict[str, str]:
    """Answer 400 for a URL that is not UTF-8; the error may come from elsewhere."""
    try:
        _ = request.path_info, request.GET
    except UnicodeDecodeError:
        request.response.status_int = 400
        return {"error": "the URL is not encoded in UTF-8"}
    raise PredicateMismatch


def _not_found(error: HTTPNotFound, request: Any) -> Any:
    if error.has_body:
        return error
    request.response.status_int = 404
    return {"error": f"not found: {error.detail}" if error.detail else "not found"}
