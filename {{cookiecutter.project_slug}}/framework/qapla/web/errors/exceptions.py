"""Exception views: every error of a request is a problem document.

An exception view of the project for the same class replaces the one here.
"""

import logging
from typing import Any

from pyramid.exceptions import PredicateMismatch
from pyramid.httpexceptions import HTTPError, HTTPNotFound
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from qapla.database.dialects.errors import is_misfit, is_missing_table, is_transient
from qapla.exceptions import (
    BadCursor,
    CheckFailed,
    ConstraintViolation,
    DatabaseNotFound,
    Duplicate,
    InvalidInput,
    Locked,
    MissingReference,
    NotNull,
    ObjectNotFound,
    QaplaError,
    StaleObject,
    UnfitValue,
)
from qapla.web.errors.methods import allowed_methods
from qapla.web.errors.problems import problem
from qapla.web.errors.repeats import Repeats

logger = logging.getLogger(__name__)

_STATUS: dict[type[QaplaError], int] = {
    BadCursor: 400,
    CheckFailed: 400,
    InvalidInput: 400,
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
        config.add_exception_view(_refused, context=error)
    for failure in (StatementError, UnfitValue, PoolTimeout, DatabaseNotFound, OverflowError):
        config.add_exception_view(_failed, context=failure)
    config.add_exception_view(_undecodable, context=UnicodeDecodeError)
    config.add_exception_view(_http, context=HTTPError)
    config.add_exception_view(_unexpected, context=Exception)
    config.add_notfound_view(_not_found)


def _refused(error: QaplaError, request: Any) -> Any:
    status = next(_STATUS[found] for found in type(error).__mro__ if found in _STATUS)
    if isinstance(error, StaleObject) and "If-Match" in request.headers:
        status = 412
    members: dict[str, Any] = {}
    if isinstance(error, ConstraintViolation) and error.columns:
        members["columns"] = list(error.columns)
    if isinstance(error, InvalidInput) and error.faults:
        members["errors"] = error.faults
    return problem(request, status, str(error), **members)


def _failed(error: Exception, request: Any) -> Any:
    """Answer 400 for a value that does not fit, and 503 for a database that is not available."""
    if is_misfit(error):
        return problem(request, 400, "a value does not fit its column")
    if not is_unavailable(error):
        # Pyramid goes on with the exception view of a more general class.
        raise PredicateMismatch
    reason = one_line(error)
    repeated = _repeats.count(reason)
    if repeated is not None:
        more = f" (and {repeated} times since the last such line)" if repeated else ""
        logger.error("503 for %s %s: %s%s", request.method, request.path, reason, more)
    response = problem(request, 503, "the database is not available: try again later")
    response.retry_after = RETRY_AFTER
    return response


def is_unavailable(error: Exception) -> bool:
    """Whether a database is away, missing or not migrated."""
    if isinstance(error, PoolTimeout | DatabaseNotFound):
        return True
    return is_transient(error) or is_missing_table(error)


def one_line(error: Exception) -> str:
    """Return the error as one line, with its notes, which have the command to type."""
    shown = error.orig if isinstance(error, DBAPIError) else error
    (first, *_) = str(shown).splitlines() or [""]
    return "; ".join([f"{type(shown).__name__}: {first}", *getattr(error, "__notes__", ())])


def _undecodable(error: UnicodeDecodeError, request: Any) -> Any:
    """Answer 400 for a URL that is not UTF-8; the error may come from elsewhere."""
    try:
        _ = request.path_info, request.GET
    except UnicodeDecodeError:
        return problem(request, 400, "the URL is not encoded in UTF-8")
    raise PredicateMismatch


def _http(error: Any, request: Any) -> Any:
    """Answer with the status of Pyramid's exception; one with a body of its own is left alone."""
    if error.has_body:
        return error
    response = problem(request, error.status_int, error.detail)
    kept = ("content-type", "content-length")
    response.headers.extend(
        (name, value) for name, value in error.headers.items() if name.lower() not in kept
    )
    return response


def _not_found(error: HTTPNotFound, request: Any) -> Any:
    """Answer 404, or for a route whose views are for other methods 405; OPTIONS lists the methods."""
    if error.has_body:
        return error
    methods = allowed_methods(request) if isinstance(error, PredicateMismatch) else []
    if request.method == "OPTIONS" and methods:
        response = request.response
        response.status_int = 204
        response.content_type = None
    elif methods and request.method not in methods:
        response = problem(request, 405, f"{request.path} has no method {request.method}")
    else:
        shown = request.path if isinstance(error, PredicateMismatch) else error.detail
        return problem(request, 404, f"not found: {shown}" if shown else None)
    response.allow = methods
    return response


def _unexpected(error: Exception, request: Any) -> Any:
    """Answer 500, and log the traceback, which a client does not see."""
    logger.error("500 for %s %s", request.method, request.path, exc_info=error)
    return problem(request, 500)
