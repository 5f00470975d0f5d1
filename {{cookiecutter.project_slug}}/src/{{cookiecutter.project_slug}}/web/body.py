"""What clients send."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request

M = TypeVar("M", bound=BaseModel)


def read_body(request: Request, model: type[M]) -> M:
    """Return the JSON of a request's body as a model.

    Raises:
        HTTPBadRequest: The body does not fit; the answer says where.
    """
    try:
        body = model.model_validate_json(request.body)
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(key) for key in fault['loc']) or 'body'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise HTTPBadRequest(json_body={"error": "; ".join(faults)}) from None
    for name, value in body:
        # PostgreSQL stores no text with it.
        if isinstance(value, str) and "\x00" in value:
            raise HTTPBadRequest(json_body={"error": f"{name}: has a NUL character"})
    return body
