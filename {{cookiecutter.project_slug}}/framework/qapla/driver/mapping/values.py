"""Values that a column can hold, engine by engine; all others are equal to none of its values.

A value out of the range of its column is an error of some servers and drivers, where it is compared.
Sources: PostgreSQL, "Numeric Types" and "Character Types"; SQLite, "Datatypes In SQLite"; MariaDB,
"Numeric Data Types".
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.sql.operators import ge
from sqlalchemy.types import TypeEngine

from qapla.database.dialects.base import Dialect
from qapla.database.types.base import NormalizedType
from qapla.driver.mapping.numbers import has_places, integer_part, is_in_range, is_number

# Values as texts.
READERS: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    Decimal: Decimal,
    UUID: UUID,
    bytes: bytes.fromhex,
}


def holds(type_: TypeEngine[Any], value: Any, engine: Dialect) -> bool:
    """Whether a column can hold a value; True for a value of which nothing is known.

    Args:
        type_: The type of the column.
        value: A value to compare the column with.
        engine: The dialect of the database.
    """
    if isinstance(type_, TypeDecorator):
        compared = compared_type(type_, value)
        # It alone knows the value that reaches the database.
        return compared is type_ or holds(compared, value, engine)
    if engine.converts_texts and _is_converted(type_, value):
        return False
    if isinstance(value, str):
        return _is_text(value, engine) and not (
            isinstance(type_, Uuid) and _read(UUID, value) is None
        )
    if isinstance(value, int):
        return is_in_range(type_, value, engine)
    if isinstance(value, (float, Decimal)):
        return is_number(type_, value, engine)
    return True


def may_equal(type_: TypeEngine[Any], value: Any, engine: Dialect) -> bool:
    """Whether a value of a column may be equal to a value.

    MariaDB rounds a decimal to the places of the column where it looks for it in an index.
    """
    compared = compared_type(type_, value)
    if isinstance(compared, Numeric) and compared.scale is not None and isinstance(value, Decimal):
        return holds(compared, value, engine) and has_places(value, compared.scale)
    return holds(type_, value, engine)


def compared_type(type_: TypeEngine[Any], value: Any) -> TypeEngine[Any]:
    """Return the type of a value that a column is compared with, which a decorator may know.

    Source: SQLAlchemy, "TypeDecorator.coerce_compared_value".
    """
    is_decorator = isinstance(type_, TypeDecorator)
    return type_.coerce_compared_value(ge, value) if is_decorator else type_


def as_read(type_: TypeEngine[Any], value: Any) -> Any:
    """Return a value in the form in which a column returns it; SQL is left as it is.

    Raises:
        UnfitValue: The column does not take the value.
    """
    is_plain = value is not None and not hasattr(value, "__clause_element__")
    if isinstance(type_, NormalizedType) and is_plain and not isinstance(value, ClauseElement):
        return type_.normalized(value)
    return value


def as_key(type_: TypeEngine[Any], value: Any) -> Any:
    """Return the value of a key that a text stands for, or None when it stands for none.

    Identifiers come from URLs as texts, and each engine would convert them in its own way.
    """
    if isinstance(type_, Integer):
        if isinstance(value, int):
            return int(value)
        if isinstance(value, str):
            # Digits alone, and no more than Python converts.
            return int(value) if re.fullmatch("-?[0-9]{1,40}", value) else None
        # PostgreSQL would round a fraction.
        if isinstance(value, (float, Decimal)):
            whole = integer_part(value)
            return whole if whole is not None and whole == value else None
        return None
    if type(value) is int and isinstance(type_, String):
        return str(value)
    if isinstance(type_, Enum):
        is_member = type_.enum_class is not None and isinstance(value, type_.enum_class)
        return value if is_member or value in type_.enums else None
    python = object if isinstance(type_, TypeDecorator) else type_.python_type
    if python not in READERS:
        return value
    if isinstance(value, str):
        return _read(python, value)
    numbers = (int, float) if python is Decimal else ()
    return value if isinstance(value, (python, *numbers)) else None


def _read(python: type, text: str) -> Any:
    try:
        return READERS[python](text)
    except (ValueError, ArithmeticError):
        return None


def _is_converted(type_: TypeEngine[Any], value: Any) -> bool:
    """Whether MariaDB would compare a text as a number: 0 is equal to every text without digits.

    Source: MariaDB, "Type Conversion".
    """
    if isinstance(value, str):
        is_number = re.fullmatch(r"[-+]?[0-9]+(\.[0-9]*)?", value) is not None
        return isinstance(type_, (Integer, Float, Numeric)) and not is_number
    return isinstance(value, (int, float, Decimal)) and isinstance(type_, String)


def _is_text(value: str, engine: Dialect) -> bool:
    if "\0" in value and not engine.holds_nul:
        return False
    try:
        # Half of a surrogate pair is no character.
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False
