"""Types of numbers, and truth values."""

import math
import re
from decimal import Decimal as Number

from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.types.base import Samples, Type, quoted, refuse_arguments

_PRECISION, _SCALE = "12", "2"
# As MariaDB has after the point.
_MOST_DIGITS = 38


class Integer(Type):
    """Integers of some bits.

    Args:
        bits: The number of bits.
        column: The type of the column in a model, where the annotation does not decide it.
        revision: The type of the column in a revision.
    """

    annotation = "int"
    json = ("1", "2")
    example = "0"

    def __init__(self, bits: int, column: str, revision: str) -> None:
        self.bits = bits
        self.column = column
        self.revision = revision
        self.schema = f"Int{bits}"

    def literal(self, default: str, field: Field) -> str | None:
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)", default) or default == "-0":
            return None
        limit = 1 << (self.bits - 1)
        return default if -limit <= int(default) < limit else None


class Float(Type):
    """Floating-point numbers of 64 bits."""

    annotation = "float"
    column = "Double"
    revision = "sa.Double()"
    schema = "FiniteFloat"
    json = ("1.5", "2.5")
    example = "0.5"

    def literal(self, default: str, field: Field) -> str | None:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", default):
            return None
        # The formatter writes 1e21 for 1e+21.
        source = repr(float(default)).replace("e+", "e")
        return source if math.isfinite(float(default)) else None


class Decimal(Type):
    """Decimal numbers with a precision and a scale."""

    annotation = "Decimal"
    column = revision = "ExactDecimal({0}, {1})"
    example = "0"

    def check_arguments(self, field: Field, text: str) -> tuple[str, ...]:
        arguments = field.arguments or (_PRECISION, _SCALE)
        if len(arguments) != 2 or not all(part.isdecimal() for part in arguments):
            rule = "expected a precision and a scale"
            refuse_arguments(field, text, rule, f"{_PRECISION}, {_SCALE}")
        precision, scale = map(int, arguments)
        if not 1 <= precision <= _MOST_DIGITS or not 0 <= scale < precision:
            rule = f"expected a precision of 1 to {_MOST_DIGITS} digits and a smaller scale"
            refuse_arguments(field, text, rule, f"{_PRECISION}, {_SCALE}")
        return str(precision), str(scale)

    def literal(self, default: str, field: Field) -> str | None:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", default):
            return None
        precision, scale = map(int, field.arguments)
        whole, _, fraction = default.lstrip("-").partition(".")
        fits = len(whole.lstrip("0")) <= precision - scale and len(fraction) <= scale
        return f'Decimal("{default}")' if fits else None

    def constraints(self, field: Field) -> dict[str, str]:
        return {"max_digits": field.arguments[0], "decimal_places": field.arguments[1]}

    def samples(self, field: Field) -> Samples:
        # With all the places, as the database returns them.
        scale = int(field.arguments[1])
        first, second = (str(Number(n).quantize(Number(1).scaleb(-scale))) for n in (1, 2))
        return quoted(first), quoted(second)

    def values(self, field: Field) -> Samples:
        first, second = self.samples(field)
        return f"Decimal({first})", f"Decimal({second})"


class Bool(Type):
    """Truth values."""

    annotation = "bool"
    revision = "sa.Boolean()"
    may_be_unique = False
    json = ("True", "False")
    example = "false"

    def literal(self, default: str, field: Field) -> str | None:
        return {"true": "True", "false": "False"}.get(default)

    def server_default(self, default: str, field: Field) -> str:
        return f"{default}()"
