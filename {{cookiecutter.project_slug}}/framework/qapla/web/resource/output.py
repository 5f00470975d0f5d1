"""Rows as JSON, written by pydantic from dicts, without an object of the model for each row."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypedDict


def dump_rows(model: type[BaseModel], rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return rows as JSON by the fields of a model, without validation.

    Args:
        model: The pydantic model of a row.
        rows: Dicts, or objects with an attribute for each field.

    Raises:
        pydantic_core.PydanticSerializationError: A value has no form in JSON.
    """
    names = model.model_fields
    # A subclass of dict is another mapping, which `isinstance` would take five times as long for.
    values = [row if type(row) is dict else _as_dict(row, names) for row in rows]
    if _has_serializers(model):
        return [model.model_construct(**row).model_dump(mode="json") for row in values]
    found: list[dict[str, Any]] = _rows(model).dump_python(values, mode="json")
    return found


def _as_dict(row: Any, names: Iterable[str]) -> dict[str, Any]:
    if isinstance(row, Mapping):
        return dict(row)
    return {name: getattr(row, name) for name in names}


def _has_serializers(model: type[BaseModel]) -> bool:
    """Whether methods of a model take part in its JSON, for which there must be an object."""
    methods = model.__pydantic_decorators__
    return bool(methods.computed_fields or methods.field_serializers or methods.model_serializers)


@cache
def _rows(model: type[BaseModel]) -> TypeAdapter[Any]:
    """Return the type of a list of rows that are dicts: a fifth of the time of objects of the model."""
    fields: dict[str, Any] = {
        # Annotated is for a type with metadata alone.
        name: Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        for name, info in model.model_fields.items()
    }
    # The form of a call is for names that only the running program knows.
    make: Any = TypedDict
    listed: Any = list
    return TypeAdapter(listed[make(model.__name__, fields)], config=model.model_config)
