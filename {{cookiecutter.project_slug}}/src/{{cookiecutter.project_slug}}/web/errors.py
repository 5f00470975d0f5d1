"""What clients get when something goes wrong."""

from pyramid.request import Request
from pyramid.view import exception_view_config

from qapla.exceptions import ObjectNotFound


@exception_view_config(ObjectNotFound, renderer="json")
def not_found(error: ObjectNotFound, request: Request) -> dict[str, str]:
    """Answer 404 for a row that is not there."""
    request.response.status_int = 404
    return {"error": str(error)}
