"""Filters and orders of a listing, from the query string, for the columns that a view allows.

`name=Rotarran` is equality, `name__in=a,b` one of several values, `crew__ge=3` and `crew__le=9` bounds,
`name__prefix=Rot` a prefix, and `sort=-name,id` the order.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from qapla.driver import Between, Equals, OneOf, StartsWith
from qapla.exceptions import InvalidInput
from qapla.web.resource.rows import PageQuery

SORT = "sort"
_KINDS = ("in", "ge", "le", "prefix")
_SEPARATOR = "__"


def read_filters(request: Any, model: type[BaseModel], columns: Collection[str]) -> dict[str, Any]:
    """Return the arguments of `list_all`, `page` and `count` that a query string asks for.

    Args:
        request: The request.
        model: The pydantic model of a row, by whose fields the values are parsed.
        columns: The names of the fields that may be filtered and sorted by.

    Raises:
        InvalidInput: A parameter is unknown, or its value is wrong; the error has each parameter.
    """
    query = {key: value for key, value in request.GET.items() if key not in PageQuery.model_fields}
    faults = [
        {"parameter": parameter, "detail": "is given twice"}
        for parameter, times in Counter(request.GET.keys()).items()
        if times > 1
    ]
    arguments: dict[str, Any] = {}
    if SORT in query:
        arguments["order_by"] = _order(query.pop(SORT), columns, faults)
    given: dict[str, dict[str, Any]] = {}
    for parameter, text in query.items():
        name, _, kind = parameter.partition(_SEPARATOR)
        if name not in columns or (kind and kind not in _KINDS) or parameter.endswith(_SEPARATOR):
            known = ", ".join([*PageQuery.model_fields, SORT, *columns])
            faults.append({"parameter": parameter, "detail": f"unknown; known: {known}"})
            continue
        try:
            given.setdefault(name, {})[kind] = _parsed(model, name, kind, text)
        except ValidationError as error:
            detail = error.errors(include_url=False, include_input=False)[0]["msg"]
            faults.append({"parameter": parameter, "detail": detail})
    faults += _contradictions(given)
    if faults:
        raise InvalidInput("the query is invalid", faults)
    return arguments | {name: _criterion(kinds) for name, kinds in given.items()}


def _order(text: str, columns: Collection[str], faults: list[dict[str, str]]) -> list[str]:
    names = text.split(",")
    if any(name.removeprefix("-") not in columns for name in names):
        known = ", ".join(columns)
        faults.append({"parameter": SORT, "detail": f"expected {known}, with - for descending"})
    return names


def _parsed(model: type[BaseModel], name: str, kind: str, text: str) -> Any:
    """Return the value of a parameter, by the type of the field, but without its constraints."""
    if kind == "prefix":
        return text
    annotation: Any = model.model_fields[name].annotation
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    if kind == "in":
        return [adapter.validate_strings(part) for part in text.split(",")]
    return adapter.validate_strings(text)


def _contradictions(given: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield a fault for each column with several criteria, of which only bounds go together."""
    for name, kinds in given.items():
        if len(kinds) > 1 and not kinds.keys() <= {"ge", "le"}:
            yield {"parameter": name, "detail": "expected one criterion, or __ge and __le"}


def _criterion(kinds: Mapping[str, Any]) -> Any:
    if "" in kinds:
        return Equals(kinds[""])
    if "in" in kinds:
        return OneOf(kinds["in"])
    if "prefix" in kinds:
        return StartsWith(kinds["prefix"])
    return Between(kinds.get("ge"), kinds.get("le"))
