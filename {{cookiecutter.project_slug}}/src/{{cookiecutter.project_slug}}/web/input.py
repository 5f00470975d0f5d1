"""What clients send, checked: bodies and queries."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request

M = TypeVar("M", bound=BaseModel)


class PageQuery(BaseModel):
    """Which page of a listing: so many rows, after the cursor that the page before has given."""

    size: int = Field(default=20, ge=1, le=100)
    after: str | None = None


def read_body(request: Request, model: type[M]) -> M:
    """Return the JSON of a request's body as a model.

    Raises:
        HTTPBadRequest: The body does not fit; the answer says where.
    """
    try:
        body = model.model_validate_json(request.body)
    except ValidationError as error:
        raise _bad_request(error, "body") from None
    for name, value in body:
        # PostgreSQL stores no text with it.
        if isinstance(value, str) and "\x00" in value:
            raise HTTPBadRequest(json_body={"error": f"{name}: has a NUL character"})
    return body


def read_query(request: Request, model: type[M]) -> M:
    """Return the query of a request's URL as a model.

    Raises:
        HTTPBadRequest: The query does not fit; the answer says where.
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
