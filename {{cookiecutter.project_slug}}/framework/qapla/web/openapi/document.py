"""The OpenAPI document of operations. Source: OpenAPI Specification 3.1."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic.json_schema import JsonSchemaMode

from qapla.web.errors.problems import MEDIA_TYPE, Problem
from qapla.web.openapi.operations import Operation
from qapla.web.openapi.parameters import parameters
from qapla.web.openapi.schemas import INPUT, OUTPUT, Schemas
from qapla.web.resource.rows import PageOf

_JSON = "application/json"
_PROBLEM = "#/components/responses/Problem"
_SCHEME = "token"


def document(
    package: str, operations: Iterable[Operation], scheme: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the document.

    Args:
        package: The name of the project's package, which is the title too.
        operations: The operations of the project.
        scheme: The security scheme of the operations that need a permission, or None for none.
    """
    listed = list(operations)
    schemas = Schemas([(Problem, OUTPUT), *_used(listed)])
    paths: dict[str, dict[str, Any]] = {}
    for operation in listed:
        described = _operation(operation, schemas, is_guarded=bool(scheme and operation.permission))
        paths.setdefault(operation.path, {})[operation.method] = described
    problem = {
        "description": "A problem",
        "content": {MEDIA_TYPE: {"schema": schemas.of(Problem, OUTPUT)}},
    }
    components = {"schemas": schemas.definitions, "responses": {"Problem": problem}}
    if scheme:
        components["securitySchemes"] = {_SCHEME: scheme}
    return {
        "openapi": "3.1.1",
        "info": {"title": package, "version": _version(package)},
        "paths": paths,
        "components": components,
    }


def _used(operations: Iterable[Operation]) -> Iterator[tuple[Any, JsonSchemaMode]]:
    for operation in operations:
        if operation.body is not None:
            yield operation.body, INPUT
        if operation.returns is not None:
            yield operation.returns, OUTPUT


def _operation(operation: Operation, schemas: Schemas, *, is_guarded: bool) -> dict[str, Any]:
    summary, _, description = operation.text.partition("\n\n")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.route.removesuffix(".all")],
        "summary": summary.rstrip("."),
        "description": description,
        "parameters": parameters(operation),
        "requestBody": _body(operation, schemas),
        "responses": {
            str(operation.status): _success(operation, schemas),
            **{str(status): {"$ref": _PROBLEM} for status in _failures(operation, is_guarded)},
            "default": {"$ref": _PROBLEM},
        },
    }
    if is_guarded:
        described["security"] = [{_SCHEME: [operation.permission]}]
    # An empty one adds nothing.
    return {key: value for key, value in described.items() if value}


def _body(operation: Operation, schemas: Schemas) -> dict[str, Any] | None:
    if operation.body is None:
        return None
    content = {_JSON: {"schema": schemas.of(operation.body, INPUT)}}
    return {"required": True, "content": content}


def _success(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.returns is not None:
        schema = schemas.of(operation.returns, OUTPUT)
        described["content"] = {_JSON: {"schema": schema}}
    if operation.status == HTTPStatus.CREATED:
        described["headers"] = {"Location": _header("The URL of the new row.", required=True)}
    elif isinstance(operation.returns, type) and issubclass(operation.returns, PageOf):
        described["headers"] = {"Link": _header("The next page, if there is one.")}
    return described


def _header(description: str, *, required: bool = False) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": "string"}}


def _failures(operation: Operation, is_guarded: bool) -> list[int]:
    """Return the statuses of the failures that an operation expects; others are by default."""
    found = {503}
    if operation.query is not None:
        found |= {400}
    if operation.path_parameters:
        found |= {404}
    if operation.body is not None:
        found |= {400, 409, 413, 415}
    if operation.method == "delete":
        found |= {409}
    if is_guarded:
        found |= {401, 403}
    return sorted(found)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "0"
