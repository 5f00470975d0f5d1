"""The base of types with one form of each value, and the error of a value that has none."""

from typing import Any, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from qapla.exceptions import UnfitValue

T = TypeVar("T")


class RefusedValue(UnfitValue, DontWrapMixin):
    """A value that a column type refuses; its text stays one line, without the SQL around it."""


class NormalizedType(TypeDecorator[T]):
    """A type whose values have one form, in which they are written and read."""

    def normalized(self, value: T) -> T:
        """Return a value in the form in which it is read.

        Raises:
            UnfitValue: The column does not take it.
        """
        raise NotImplementedError

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:
        """Return a value as the driver takes it."""
        return None if value is None else self.normalized(value)
