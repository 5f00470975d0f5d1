"""Request bodies and query strings, parsed and validated by pydantic."""

from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, create_model
from pyramid.httpexceptions import HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType

from qapla.exceptions import InvalidInput

M = TypeVar("M", bound=BaseModel)
JSON_TYPES = ("application/json", "")
# As `max_request_body_size` of waitress, for whatever server is in front: a body is parsed in memory.
LARGEST_BODY = 1 << 20


def read_body(request: Any, model: type[M]) -> M:
    """Return the request body, parsed from JSON.

    Raises:
        InvalidInput: The body is invalid; the error has the JSON pointer of each fault.
        HTTPUnsupportedMediaType: The body is declared as something else than JSON.
        HTTPRequestEntityTooLarge: The body has more than 1 MiB.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        raise HTTPRequestEntityTooLarge(f"expected a body of at most {LARGEST_BODY} bytes")
    declared = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if declared not in JSON_TYPES and not declared.endswith("+json"):
        raise HTTPUnsupportedMediaType("expected a body of the type application/json")
    try:
        body = model.model_validate_json(request.body)
    except ValidationError as error:
        raise InvalidInput("the body is invalid", _faults(error, "pointer")) from None
    for name, value in body:
        # PostgreSQL cannot store it in a text.
        if isinstance(value, str) and "\x00" in value:
            fault = {"pointer": f"#/{name}", "detail": "has a NUL character"}
            raise InvalidInput("the body is invalid", [fault])
    return body


def read_patch(request: Any, model: type[BaseModel]) -> dict[str, Any]:
    """Return the fields that the request body changes, each validated as a field of a model.

    Source: RFC 7396, "JSON Merge Patch": a field that is not given stays as it is.

    Raises:
        InvalidInput: The body is invalid; the error has the JSON pointer of each fault.
        HTTPUnsupportedMediaType: The body is declared as something else than JSON.
    """
    return read_body(request, partial(model)).model_dump(exclude_unset=True)


@cache
def partial(model: type[BaseModel]) -> type[BaseModel]:
    """Return a model with the fields of another one, none of which is required.

    Source: pydantic, "Dynamic model creation".
    """
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        annotated: Any = info.annotation
        for constraint in info.metadata:
            annotated = Annotated[annotated, constraint]
        # A default is not validated, not part of the fields that were given, and with a factory
        # no part of the JSON schema.
        fields[name] = (
            annotated,
            Field(
                default_factory=_absent, alias=info.alias, validation_alias=info.validation_alias
            ),
        )
    return create_model(f"{model.__name__}Patch", __config__=model.model_config, **fields)


def _absent() -> None:
    """Stand in for a field that is not given."""


def read_query(request: Any, model: type[M]) -> M:
    """Return the query string, parsed.

    Raises:
        InvalidInput: The query is invalid; the error has the parameter of each fault.
    """
    try:
        return model.model_validate(dict(request.GET))
    except ValidationError as error:
        raise InvalidInput("the query is invalid", _faults(error, "parameter")) from None


def _faults(error: ValidationError, member: str) -> list[dict[str, str]]:
    return [
        {member: _place(fault["loc"], member), "detail": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _place(keys: tuple[int | str, ...], member: str) -> str:
    """Return the place of a fault: a parameter, or a JSON pointer in the form of a fragment.

    Source: RFC 6901, "JSON String Representation" and "URI Fragment Identifier Representation".
    """
    if member == "parameter":
        return ".".join(str(key) for key in keys)
    return "#" + "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in keys)
