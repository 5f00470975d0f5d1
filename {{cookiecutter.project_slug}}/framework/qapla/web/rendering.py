"""JSON for the types of database columns, which Pyramid's renderer does not know.

Dates, times and intervals are ISO 8601, a Decimal is text, which loses no digit, and bytes are
URL-safe base64. A number that JSON does not have (NaN, Infinity) is null.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python
from pyramid.interfaces import PHASE0_CONFIG, IRendererFactory
from pyramid.renderers import JSON, json_renderer_factory

# A datetime is a date.
_ADAPTED = (date, time, timedelta, Decimal, Enum, UUID, bytes, bytearray, BaseModel)


# A client must not take a document for a page.
NOSNIFF = ("X-Content-Type-Options", "nosniff")


class Converted(dict[str, Any]):
    """A document of nothing but JSON, which the renderer writes in a third of the time."""


def jsonable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dict with the values converted to text, numbers, lists and dicts.

    In a transaction it is called before the commit: a value that JSON cannot have fails there. The
    renderer runs after the commit, and a client that tries again would then write the row twice.

    Raises:
        pydantic_core.PydanticSerializationError: A value has no form in JSON.
    """
    return {name: _converted(value) for name, value in row.items()}


def add_json_renderer(config: Any) -> None:
    """Replace Pyramid's renderer `json` by one that knows the types of columns.

    A renderer of that name that the project has added itself, before or after, stays.

    Args:
        config: Pyramid's configurator.
    """

    def register() -> None:
        registry = config.registry
        if registry.queryUtility(IRendererFactory, name="json") is json_renderer_factory:
            registry.registerUtility(_renderer(), IRendererFactory, name="json")

    # Before the renderers of the project are added.
    config.action(("qapla", "json renderer"), register, order=PHASE0_CONFIG)


class _Renderer(JSON):  # type: ignore[misc]
    def __call__(self, info: Any) -> Callable[[Any, Any], str | bytes]:
        render: Callable[[Any, Any], str | bytes] = super().__call__(info)

        def render_response(value: Any, system: Any) -> str | bytes:
            request = system.get("request")
            if request is not None and NOSNIFF not in request.response.headerlist:
                request.response.headerlist.append(NOSNIFF)
            return render(value, system)

        return render_response


def _renderer() -> JSON:
    renderer = _Renderer(serializer=_dumps)
    for adapted in _ADAPTED:
        renderer.add_adapter(adapted, lambda value, request: _converted(value))
    return renderer


def _converted(value: Any) -> Any:
    return to_jsonable_python(value, bytes_mode="base64", inf_nan_mode="null")


def _dumps(value: Any, default: Callable[[Any], Any], **options: Any) -> str | bytes:
    if isinstance(value, Converted):
        # Text with a lone surrogate, as SQLite may return it, has another form for `json` alone.
        with suppress(PydanticSerializationError):
            return to_json(value)
    try:
        return json.dumps(value, default=default, allow_nan=False, **options)
    except ValueError:
        # It has a NaN or an Infinity somewhere, or a circular reference, which fails again.
        plain = json.loads(json.dumps(value, default=default, **options))
        return to_json(plain, inf_nan_mode="null").decode()
