"""The source text of column types, and of the Python types of their values."""

import re
from inspect import signature
from typing import Any

from sqlalchemy import ARRAY, Enum, types
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

from qapla.cli.adopt.source.imports import Imports, call, text_of

_DIALECT = re.compile(r"sqlalchemy\.dialects\.(\w+)\.")
# Arguments that are clear without their names, if they are the first ones of their type.
_POSITIONAL = ("length", "precision")
_SCALE = re.compile(r"^(\(\d+, )scale=")
# Arguments that are SQLAlchemy's own.
_INTERNAL = re.compile(r"(?:, )?_create_events=False|(?:as)?text_type=Text\(\)")
# The types of values that SQLAlchemy does not tell.
_VALUES: dict[type[TypeEngine[Any]], str] = {
    mysql.BIT: "int",
    mysql.SET: "set[str]",
    mysql.YEAR: "int",
    postgresql.HSTORE: "dict[str, str | None]",
    postgresql.MACADDR: "str",
    postgresql.MONEY: "str",
    postgresql.TSVECTOR: "str",
}
_RANGES: dict[type[TypeEngine[Any]], TypeEngine[Any]] = {
    postgresql.INT4RANGE: types.Integer(),
    postgresql.INT8RANGE: types.BigInteger(),
    postgresql.NUMRANGE: types.Numeric(),
    postgresql.DATERANGE: types.Date(),
    postgresql.TSRANGE: types.DateTime(),
    postgresql.TSTZRANGE: types.DateTime(),
}
# The types that a column has by the annotation of its attribute.
DEFAULTS = {
    "Decimal": "Numeric",
    "UUID": "Uuid",
    "bool": "Boolean",
    "bytes": "LargeBinary",
    "datetime.date": "Date",
    "datetime.datetime": "DateTime",
    "datetime.time": "Time",
    "datetime.timedelta": "Interval",
    "float": "Double",
    "int": "Integer",
    "str": "String",
}


def type_source(type_: TypeEngine[Any], imports: Imports) -> str:
    """Return the source text of a column type, such as `String(200)` or `postgresql.JSONB`."""
    name = _class_source(type(type_), imports)
    if type(type_) is Enum:
        values = map(repr, type_.enums)
        return call(name, *values, name=type_.name, schema=type_.schema)
    if isinstance(type_, ARRAY):
        return call(name, type_source(type_.item_type, imports), dimensions=type_.dimensions)
    if isinstance(type_, postgresql.DOMAIN):
        return _domain_source(name, type_, imports)
    arguments = _arguments(type_)
    return name if arguments == "()" else name + arguments


def value_source(type_: TypeEngine[Any], imports: Imports) -> str:
    """Return the source text of the Python type of a column's values, without None."""
    if isinstance(type_, ARRAY):
        dimensions = type_.dimensions or 1
        inner = value_source(type_.item_type, imports)
        return "list[" * dimensions + inner + "]" * dimensions
    if isinstance(type_, postgresql.DOMAIN):
        return value_source(type_.data_type, imports)
    if type(type_) in _RANGES:
        imports.add("sqlalchemy.dialects", "postgresql")
        return f"postgresql.Range[{value_source(_RANGES[type(type_)], imports)}]"
    if type(type_) in _VALUES:
        return _VALUES[type(type_)]
    try:
        python = type_.python_type
    except NotImplementedError:
        python = object
    if python is object:
        return imports.add("typing", "Any")
    if python.__module__ == "builtins":
        return python.__name__
    if python.__module__ == "datetime":
        return f"{imports.add('datetime')}.{python.__name__}"
    return _class_source(python, imports)


def _class_source(class_: type, imports: Imports) -> str:
    """Return the source text of a class, which is imported: a dialect's by the name of the dialect."""
    dialect = _DIALECT.match(class_.__module__)
    if dialect is not None:
        return f"{imports.add('sqlalchemy.dialects', dialect[1])}.{class_.__name__}"
    module = class_.__module__
    return imports.add(
        "sqlalchemy" if module.startswith("sqlalchemy.") else module, class_.__name__
    )


def _arguments(type_: TypeEngine[Any]) -> str:
    """Return the arguments of a type in parentheses.

    The first parameter of some types is another one than SQLAlchemy shows first: of TIMESTAMP it is
    the time zone.
    """
    written = _INTERNAL.sub("", repr(type_)).partition("(")[2]
    if isinstance(type_, mysql.DOUBLE) and not type_.asdecimal and written != ")":
        # SQLAlchemy does not show it, and its values would be decimals otherwise.
        written = f"{written[:-1]}, asdecimal=False)"
    first = next(iter(signature(type(type_)).parameters), "")
    if first not in _POSITIONAL or not written.startswith(f"{first}="):
        return f"({written}"
    return _SCALE.sub(r"\1", f"({written.removeprefix(f'{first}=')}")


def _domain_source(name: str, domain: postgresql.DOMAIN, imports: Imports) -> str:
    """Return the source text of a domain, whose stored type is positional."""
    texts = {"default": domain.default, "check": domain.check}
    named = [
        f"{key}={text_of(sql if isinstance(sql, str) else sql.text, imports)}"
        for key, sql in texts.items()
        if sql is not None
    ]
    return call(
        name,
        repr(domain.name),
        type_source(domain.data_type, imports),
        *named,
        schema=domain.schema,
        collation=domain.collation,
        constraint_name=domain.constraint_name,
        not_null=domain.not_null,
    )
