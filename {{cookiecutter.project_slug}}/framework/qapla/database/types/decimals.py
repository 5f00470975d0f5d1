"""Decimals that every engine keeps as they are.

Sources: PostgreSQL, "Numeric Types"; MariaDB, "DECIMAL"; SQLite, "Floating Point Numbers".
"""

from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from sqlalchemy import Dialect, Numeric
from sqlalchemy.types import TypeEngine

from qapla.database.types.base import NormalizedType, RefusedValue
from qapla.exceptions import QaplaError

# Those of MariaDB, which has fewer than PostgreSQL.
_MOST_DIGITS, _MOST_PLACES = 65, 38
# A floating point number of 64 bits is another one for every decimal of so many digits.
_DIGITS_OF_SQLITE = 15


class ExactDecimal(NormalizedType[Decimal]):
    """A decimal, which is refused where it has too many digits, before or behind its point.

    It is NUMERIC on every engine. SQLite has no decimals: there it is a floating point number, of as
    many digits as these keep without loss.

    Args:
        precision: The number of all digits.
        scale: The number of digits behind the point.

    Raises:
        QaplaError: An engine has no such decimals.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        if not (1 <= precision <= _MOST_DIGITS and 0 <= scale <= min(precision, _MOST_PLACES)):
            raise QaplaError(
                f"ExactDecimal({precision}, {scale}): expected 1 to {_MOST_DIGITS} digits, and "
                f"0 to {_MOST_PLACES} of them behind the point"
            )
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self._unit = Decimal(1).scaleb(-scale)
        # It rounds no digit away.
        self._context = Context(prec=precision, traps=[Inexact, InvalidOperation])

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of an engine.

        Raises:
            QaplaError: SQLite would not keep so many digits.
        """
        if dialect.name == "sqlite" and self.precision > _DIGITS_OF_SQLITE:
            raise QaplaError(
                f"{self!r}: SQLite keeps {_DIGITS_OF_SQLITE} digits of a number: take fewer, or "
                "another engine"
            )
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def normalized(self, value: Decimal) -> Decimal:
        """Return a decimal, or an integer, with the digits of the column.

        Raises:
            UnfitValue: It has too many digits, or is no decimal.
        """
        if not isinstance(value, (Decimal, int)) or isinstance(value, bool):
            raise RefusedValue(
                f"{self!r} takes a Decimal, not {value!r}: give one, as in Decimal('{value}')"
            )
        found = Decimal(value)
        try:
            if not found.is_finite():
                raise InvalidOperation
            # -0 becomes 0, as PostgreSQL has it.
            return self._context.plus(self._context.quantize(found, self._unit))
        except (Inexact, InvalidOperation):
            raise RefusedValue(
                f"{value} does not fit {self!r}, which has {self.precision - self.scale} digits "
                f"before the point and {self.scale} behind it: round it, or widen the column"
            ) from None

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Return the type of the other operand, which may have any digits."""
        if isinstance(value, (Decimal, int)):
            return self.impl_instance
        return self.impl_instance.coerce_compared_value(op, value)

    def __repr__(self) -> str:
        return f"ExactDecimal({self.precision}, {self.scale})"
