"""The parameters of operations: those of the path, and those of the query by its declaration."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from qapla.web.openapi.operations import Operation
from qapla.web.resource.filters import SORT, Filters
from qapla.web.resource.rows import PageQuery

_KINDS = {
    "": "Equal to this value.",
    "in": "Equal to one of these values.",
    "ge": "This value or a greater one.",
    "le": "This value or a smaller one.",
    "prefix": "Begins with this text.",
}


def parameters(operation: Operation) -> list[dict[str, Any]]:
    """Return the parameters of an operation."""
    found = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in operation.path_parameters.items()
    ]
    query = operation.query
    if isinstance(query, Filters):
        return [*found, *_fields(PageQuery), _sort(query), *_filters(query)]
    return [*found, *_fields(query)] if query is not None else found


def _fields(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema()
    for name, field in schema["properties"].items():
        required = name in schema.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": _plain(field)}


def _sort(filters: Filters) -> dict[str, Any]:
    ordered = [order for name in filters.columns for order in (name, f"-{name}")]
    return {
        "name": SORT,
        "in": "query",
        "description": "The order of the rows; - is descending.",
        **_list({"type": "string", "enum": ordered}),
    }


def _filters(filters: Filters) -> Iterator[dict[str, Any]]:
    for name, kind, adapter in filters.parameters():
        schema = _plain(adapter.json_schema())
        shape = _list(schema) if kind == "in" else {"schema": schema}
        yield {"name": name, "in": "query", "description": _KINDS[kind], **shape}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    """Return a list that is written with commas."""
    schema = {"type": "array", "items": items, "minItems": 1}
    return {"schema": schema, "style": "form", "explode": False}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that is there: a query string has no null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        schema = {**{k: v for k, v in schema.items() if k != "anyOf"}, **options[0]}
    return {k: v for k, v in schema.items() if k != "title" and (k, v) != ("default", None)}
