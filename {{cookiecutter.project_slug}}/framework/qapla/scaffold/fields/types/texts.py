"""Types of texts, and of values that have no order."""

from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.types.base import Samples, Type, quoted, refuse_arguments

_LENGTH = "200"
# A row of MariaDB has 65,535 bytes, of which a character takes four.
LONGEST = 4000
# As many characters as an index of MariaDB takes.
_LONGEST_KEY = 768
LONGEST_VALUE = 50


class Str(Type):
    """Texts of a limited length."""

    annotation = "str"
    column = "String({0})"
    revision = "sa.String({0})"
    example = "none"

    def check_arguments(self, field: Field, text: str) -> tuple[str, ...]:
        arguments = field.arguments or (_LENGTH,)
        if len(arguments) != 1 or not arguments[0].isdecimal():
            refuse_arguments(field, text, "expected one length", _LENGTH)
        length = int(arguments[0])
        if not 1 <= length <= LONGEST:
            refuse_arguments(field, text, f"expected a length of 1 to {LONGEST}", _LENGTH)
        return (str(length),)

    def literal(self, default: str, field: Field) -> str | None:
        return quoted(default) if 1 <= len(default) <= int(field.arguments[0]) else None

    def constraints(self, field: Field) -> dict[str, str]:
        return {"min_length": "1", "max_length": field.arguments[0]}

    def is_indexable(self, field: Field) -> bool:
        return int(field.arguments[0]) <= _LONGEST_KEY

    def samples(self, field: Field) -> Samples:
        length = int(field.arguments[0])
        return quoted("first"[:length]), quoted("second"[:length])


class Text(Type):
    """Texts of any length."""

    annotation = "str"
    column = revision = "LongText"
    json = ('"first"', '"second"')
    example = "none"
    is_ordered = False

    def literal(self, default: str, field: Field) -> str | None:
        return quoted(default)


class Enum(Type):
    """One of some values."""

    revision = f"sa.String({LONGEST_VALUE})"
    may_be_unique = False
    example = "draft"

    def check_arguments(self, field: Field, text: str) -> tuple[str, ...]:
        values = field.arguments
        if not values or len(set(values)) < len(values) or not all(map(_is_value, values)):
            rule = f"expected values of at most {LONGEST_VALUE} letters, digits and underscores"
            refuse_arguments(field, text, rule, "draft, sent")
        return values

    def literal(self, default: str, field: Field) -> str | None:
        return quoted(default) if default in field.arguments else None

    def proposal(self, field: Field) -> str:
        return field.arguments[0]

    def samples(self, field: Field) -> Samples:
        return quoted(field.arguments[0]), quoted(field.arguments[-1])


class Uuid(Type):
    """UUIDs."""

    annotation = "UUID"
    revision = "sa.Uuid()"
    json = (
        '"0f5c1f7e-2b1d-4d0c-9d6b-5a1f6e1c0a01"',
        '"0f5c1f7e-2b1d-4d0c-9d6b-5a1f6e1c0a02"',
    )
    python = (f"UUID({json[0]})", f"UUID({json[1]})")


class Json(Type):
    """Any JSON."""

    annotation = "Any"
    column = revision = "Json"
    schema = "JsonValue"
    json = ('{"a": 1}', '{"b": [2]}')
    example = "{}"
    is_ordered = False

    def literal(self, default: str, field: Field) -> str | None:
        return {"{}": "dict", "[]": "list"}.get(default)


class Bytes(Type):
    """Bytes, in JSON as base64."""

    annotation = "bytes"
    column = revision = "LongBytes"
    json = ('"Zmlyc3Q="', '"c2Vjb25k"')
    python = ('b"first"', 'b"second"')
    is_ordered = False


def _is_value(value: str) -> bool:
    return value.isascii() and value.isidentifier() and len(value) <= LONGEST_VALUE
