"""What clients get when something goes wrong."""

from pyramid.request import Request
from pyramid.view import exception_view_config

from qapla.exceptions import (
    BadCursor,
    CheckFailed,
    Duplicate,
    Locked,
    MissingReference,
    NotNull,
    ObjectNotFound,
    QaplaError,
    StaleObject,
)


@exception_view_config(ObjectNotFound, renderer="json")
def not_found(error: QaplaError, request: Request) -> dict[str, str]:
    """Answer 404 for a row that is not there."""
    return _answer(error, request, 404)


@exception_view_config(Duplicate, renderer="json")
@exception_view_config(Locked, renderer="json")
@exception_view_config(MissingReference, renderer="json")
@exception_view_config(StaleObject, renderer="json")
def conflict(error: QaplaError, request: Request) -> dict[str, str]:
    """Answer 409 for a write that does not go with what is there."""
    return _answer(error, request, 409)


@exception_view_config(BadCursor, renderer="json")
@exception_view_config(CheckFailed, renderer="json")
@exception_view_config(NotNull, renderer="json")
def bad_request(error: QaplaError, request: Request) -> dict[str, str]:
    """Answer 400 for what cannot be right."""
    return _answer(error, request, 400)


def _answer(error: QaplaError, request: Request, status: int) -> dict[str, str]:
    request.response.status_int = status
    return {"error": str(error)}
