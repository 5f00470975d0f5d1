"""Values of columns as parts of cursors: JSON, and back."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Dialect, Enum, PickleType, TypeDecorator
from sqlalchemy.types import TypeEngine

from qapla.database.dialects import dialect_of
from qapla.driver.mapping.values import READERS, holds

_PLAIN = (str, int, float, bool)
# Values as JSON has them, without the subclasses of an application. MariaDB's sums of integers are
# decimals.
_WRITERS: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    UUID: str,
    bytes: bytes.hex,
    str: str.__str__,
    int: lambda value: int(value) if isinstance(value, Decimal) and value % 1 == 0 else value,
    float: float,
}


@dataclass(frozen=True)
class Codec:
    """Write and read the values of one column, in the form that the database orders.

    Args:
        inner: The type of the database's values.
        decorators: The decorators of this type, the outermost first.
        dialect: The dialect of the database.
    """

    inner: TypeEngine[Any]
    decorators: tuple[TypeDecorator[Any], ...]
    dialect: Dialect

    @property
    def python_type(self) -> type:
        """Return the class of the database's values; `object` when SQLAlchemy does not know."""
        return self.inner.python_type

    @property
    def is_writable(self) -> bool:
        """Whether a cursor can hold the values, as far as the type tells."""
        if isinstance(self.inner, (JSON, PickleType)):
            return False
        known = self.python_type
        return known is object or known in (*_PLAIN, *READERS) or isinstance(self.inner, Enum)

    def write(self, value: Any) -> Any:
        """Return a value as JSON has it.

        Raises:
            Exception: The value is none that `read` would return.
        """
        if value is None:
            return None
        for decorator in self.decorators:
            if decorator._has_bind_processor:
                value = decorator.process_bind_param(value, self.dialect)
        if isinstance(value, enum.Enum) and isinstance(self.inner, Enum):
            value = value.name
        writer = _WRITERS.get(self.python_type)
        written = writer(value) if writer is not None else value
        self.read(written)
        return written

    def read(self, written: Any) -> Any:
        """Return the value that was written.

        Raises:
            Exception: Of any class, also one of a decorator's: no value was written so.
        """
        if written is None:
            return None
        value = self._read(written)
        if not holds(self.inner, value, dialect_of(self.dialect.name)):
            raise ValueError
        for decorator in reversed(self.decorators):
            if decorator._has_result_processor:
                value = decorator.process_result_value(value, self.dialect)
        return value

    def _read(self, written: Any) -> Any:
        python = self.python_type
        if isinstance(self.inner, Enum):
            if not isinstance(written, str):
                raise TypeError
            if self.inner.enum_class is not None:
                return self.inner.enum_class[written]
            return self.inner.enums[self.inner.enums.index(written)]
        if python in READERS:
            if not isinstance(written, str):
                raise TypeError
            return READERS[python](written)
        # True is no number, though it is an instance of `int`.
        if python is float and type(written) is int:
            return float(written)
        if type(written) not in (_PLAIN if python is object else (python,)):
            raise TypeError
        return written


@lru_cache(maxsize=512)
def codec(type_: TypeEngine[Any], dialect: Dialect) -> Codec:
    """Return the codec of a column's type."""
    decorators, inner = decorated(type_, dialect)
    return Codec(inner.dialect_impl(dialect), decorators, dialect)


def decorated(
    type_: TypeEngine[Any], dialect: Dialect
) -> tuple[tuple[TypeDecorator[Any], ...], TypeEngine[Any]]:
    """Return the decorators of a type, the outermost first, and the type that they decorate."""
    decorators: list[TypeDecorator[Any]] = []
    # One that makes processors of its own, as PickleType does, says nothing of the inner values.
    while isinstance(type_, TypeDecorator) and (
        type(type_).bind_processor is TypeDecorator.bind_processor
    ):
        decorators.append(type_)
        type_ = type_.load_dialect_impl(dialect)
    return tuple(decorators), type_
