"""Filters and orders of a listing, from the query string, for the columns that a view allows.

`name=Rotarran` is equality, `name__in=a,b` one of several values, `crew__ge=3` and `crew__le=9` bounds,
`name__prefix=Rot` a prefix, and `sort=-name,id` the order.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from qapla.driver import Between, Equals, OneOf, StartsWith
from qapla.exceptions import InvalidInput, UnknownAttribute, UnorderedField
from qapla.web.resource.rows import PageQuery
from qapla.web.resource.scalars import is_scalar

SORT = "sort"
_SEPARATOR = "__"


class Filters:
    """The parameters by which a listing is filtered and sorted.

    Args:
        model: The pydantic model of a row, by whose fields the values are parsed.
        columns: The names of the fields that may be filtered and sorted by.

    Raises:
        UnknownAttribute: A name is that of no field.
        UnorderedField: The values of a field have no order, as those of JSON.
    """

    def __init__(self, model: type[BaseModel], *columns: str) -> None:
        self.model = model
        self.columns = columns
        for name in columns:
            if name not in model.model_fields:
                raise UnknownAttribute(model.__name__, name, model.model_fields)
        self.types = {name: _types(model.model_fields[name].annotation) for name in columns}
        for name, kinds in self.types.items():
            if not is_scalar(kinds[""].json_schema()):
                raise UnorderedField(model.__name__, name)

    def read(self, request: Any) -> dict[str, Any]:
        """Return the arguments of `list_all`, `page` and `count` that a query string asks for.

        Raises:
            InvalidInput: A parameter is unknown, or its value is wrong; the error has each parameter.
        """
        query = {k: value for k, value in request.GET.items() if k not in PageQuery.model_fields}
        faults = [
            {"parameter": parameter, "detail": "is given twice"}
            for parameter, times in Counter(request.GET.keys()).items()
            if times > 1
        ]
        arguments: dict[str, Any] = {}
        if SORT in query:
            arguments["order_by"] = self._order(query.pop(SORT), faults)
        given: dict[str, dict[str, Any]] = {}
        for parameter, text in query.items():
            name, _, kind = parameter.partition(_SEPARATOR)
            if kind not in self.types.get(name, ()) or parameter.endswith(_SEPARATOR):
                known = ", ".join(self._known(name))
                faults.append({"parameter": parameter, "detail": f"unknown; known: {known}"})
                continue
            try:
                given.setdefault(name, {})[kind] = _parsed(self.types[name][kind], kind, text)
            except ValidationError as error:
                detail = error.errors(include_url=False, include_input=False)[0]["msg"]
                faults.append({"parameter": parameter, "detail": detail})
        faults += _contradictions(given)
        if faults:
            raise InvalidInput("the query is invalid", faults)
        return arguments | {name: _criterion(kinds) for name, kinds in given.items()}

    def parameters(self) -> Iterator[tuple[str, str, TypeAdapter[Any]]]:
        """Yield each parameter of a column, with its kind and the type of one value."""
        for name, kinds in self.types.items():
            for kind, adapter in kinds.items():
                yield _parameter(name, kind), kind, adapter

    def _known(self, name: str) -> list[str]:
        """Return the parameters of a column, or the main ones of all columns where it is unknown."""
        if name in self.types:
            return [_parameter(name, kind) for kind in self.types[name]]
        return [*PageQuery.model_fields, SORT, *self.columns]

    def _order(self, text: str, faults: list[dict[str, str]]) -> list[str]:
        names = text.split(",")
        if any(name.removeprefix("-") not in self.columns for name in names):
            known = ", ".join(self.columns)
            faults.append({"parameter": SORT, "detail": f"expected {known}, with - for descending"})
        return names


def _parameter(name: str, kind: str) -> str:
    return f"{name}{_SEPARATOR}{kind}" if kind else name


def _types(annotation: Any) -> dict[str, TypeAdapter[Any]]:
    """Return the kinds of parameters of a field, with their types; the constraints of a body do not hold."""
    own: TypeAdapter[Any] = TypeAdapter(annotation)
    kinds = dict.fromkeys(("", "in", "ge", "le"), own)
    return {**kinds, "prefix": own} if str in (annotation, *get_args(annotation)) else kinds


def _parsed(adapter: TypeAdapter[Any], kind: str, text: str) -> Any:
    if kind == "prefix":
        return text
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
