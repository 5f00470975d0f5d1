"""Error responses as problem documents, and the one place that makes them.

A problem has a title, which is that of its status, and mostly a detail, which is about this request.
Source: RFC 9457, "Problem Details for HTTP APIs".
"""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pyramid.response import Response

from qapla.web.rendering import NOSNIFF

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """A fault of a request: of a part of its body, or of a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """A request that failed."""

    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] | None = None
    columns: list[str] | None = None


def problem(request: Any, status: int, detail: str | None = None, **members: Any) -> Response:
    """Return the response of a request that failed.

    Args:
        request: The request.
        status: The status code.
        detail: A sentence about this failure, or None where the title says it all.
        members: More members of the document, such as `errors`.
    """
    document: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status}
    if detail:
        document["detail"] = detail
    response: Response = request.response
    response.status_int = status
    response.json_body = {**document, **members}
    response.content_type = MEDIA_TYPE
    response.headers.update([NOSNIFF])
    return response
