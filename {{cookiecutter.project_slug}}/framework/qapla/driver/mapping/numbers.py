"""Numbers that a column can hold, or be compared with, engine by engine.

Source: PostgreSQL, "Numeric Types".
"""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.types import TypeEngine

from qapla.database.dialects.base import Dialect

# The greatest number of digits behind the point of PostgreSQL's NUMERIC.
_PLACES = 16383


def is_in_range(type_: TypeEngine[Any], value: int, engine: Dialect) -> bool:
    """Whether an integer is one that a column is compared with."""
    least, greatest = engine.integers(type_)
    return least <= value <= greatest


def is_number(type_: TypeEngine[Any], value: float | Decimal, engine: Dialect) -> bool:
    """Whether a column is compared with a floating point number or a decimal."""
    if not _is_finite(value):
        return not isinstance(type_, Integer) and engine.holds_infinite(value)
    if isinstance(value, Decimal) and (
        # The last digit of a number that is finite has a place.
        value.adjusted() >= engine.most_digits or int(value.as_tuple().exponent) < -_PLACES
    ):
        return False
    if isinstance(type_, Integer):
        whole = integer_part(value)
        return whole is not None and is_in_range(type_, whole, engine)
    return True


def has_places(value: Decimal, places: int) -> bool:
    """Whether a number has no digits behind these places, except zeros."""
    if not value.is_finite() or int(value.as_tuple().exponent) >= -places:
        return True
    found: Fraction = Fraction(value) * 10**places
    return found.denominator == 1


def integer_part(value: float | Decimal) -> int | None:
    """Return the integer part of a number, or None beyond the integers of every engine."""
    return int(value) if _is_finite(value) and -(2**65) < value < 2**65 else None


def _is_finite(value: float | Decimal) -> bool:
    # To `math.isfinite` a great Decimal is infinite, as a floating point number would be.
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
