"""Parse and validate request bodies and query strings."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from pyramid.httpexceptions import HTTPBadRequest

from {{ cookiecutter.project_slug }}.web.request import Request

M = TypeVar("M", bound=BaseModel)


class PageQuery(BaseModel):
    """Pagination parameters: the page size, and the cursor returned with the previous page."""

    size: int = Field(default=20, ge=1, le=100)
    after: str | None = None


def read_body(request: Request, model: type[M]) -> M:
    """Return the request body, parsed from JSON.

    Raises:
        HTTPBadRequest: The body is invalid; the response names the fields.
    """
    try:
        body = model.model_validate_json(request.body)
    except ValidationError as error:
        raise _bad_request(error, "body") from None
    for name, value in body:
        # PostgreSQL cannot store it in a text.
        if isinstance(value, str) and "\x00" in value:
            raise HTTPBadRequest(json_body={"error": f"{name}: has a NUL character"})
    return body


def read_query(request: Request, model: type[M]) -> M:
    """Return the query string, parsed.

    Raises:
        HTTPBadRequest: The query is invalid; the response names the parameters.
    """
    try:
        return model.model_validate(dict(request.GET))
    except ValidationError as error:
        raise _bad_request(error, "query") from None


def _bad_request(error: ValidationError, whole: str) -> Any:
    faults = [
        f"{'.'.join(str(key) for key in fault['loc']) or whole}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    ]
    return HTTPBadRequest(json_body={"error": "; ".join(faults)})
