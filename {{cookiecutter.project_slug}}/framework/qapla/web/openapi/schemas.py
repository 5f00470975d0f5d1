"""JSON schemas of pydantic models and types, under names that they share in one document."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

_REFERENCE = "#/components/schemas/{model}"
INPUT: JsonSchemaMode = "validation"
OUTPUT: JsonSchemaMode = "serialization"


class Schemas:
    """The schemas of a document.

    Args:
        used: The types of the document, each as input or as output; a model may be both.
    """

    def __init__(self, used: Iterable[tuple[Any, JsonSchemaMode]]) -> None:
        kinds = dict.fromkeys(used)
        found, shared = TypeAdapter.json_schemas(
            [(kind, mode, TypeAdapter(kind)) for kind, mode in kinds],
            ref_template=_REFERENCE,
        )
        self._found: dict[Any, dict[str, Any]] = dict(found)
        self.definitions: dict[str, Any] = shared.get("$defs", {})

    def of(self, kind: Any, mode: JsonSchemaMode) -> dict[str, Any]:
        """Return the schema of a type, which for a model is a reference."""
        return self._found[kind, mode]
