"""Scalars among the types of fields: values that have an order, and fit into a query string."""

from typing import Any

_SCALARS = ("boolean", "integer", "number", "string")
_BYTES = ("base64url", "binary")
_NULL = {"type": "null"}


def is_scalar(schema: dict[str, Any]) -> bool:
    """Whether the values of a type are scalars, and no bytes.

    Args:
        schema: The JSON schema of the type, as pydantic makes it: it looks through every alias.
    """
    return _is_scalar(schema, schema.get("$defs", {}))


def _is_scalar(schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _is_scalar(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        options = [option for option in schema["anyOf"] if option != _NULL]
        return all(_is_scalar(option, definitions) for option in options)
    if schema.get("format") in _BYTES:
        return False
    return schema.get("type") in _SCALARS or "enum" in schema or "const" in schema
