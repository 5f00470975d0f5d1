"""Pages by keyset: what comes after a row, and not what comes after a number of rows.

Rows that are inserted or deleted between two pages are neither repeated nor skipped, and the
thousandth page costs what the first one does.
"""

import base64
import binascii
import enum
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from qapla.driver.base import Driver
from qapla.driver.ordering import Ordering
from qapla.exceptions import BadCursor, QaplaError

M = TypeVar("M")

_DIGEST = 6
# How the values that JSON does not have are written, by a sign for their type.
_WRITERS: dict[type, tuple[str, Any]] = {
    datetime: ("t", datetime.isoformat),
    date: ("d", date.isoformat),
    time: ("h", time.isoformat),
    Decimal: ("n", str),
    UUID: ("u", str),
    bytes: ("b", bytes.hex),
}
_READERS: dict[str, Any] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "h": time.fromisoformat,
    "n": Decimal,
    "u": UUID,
    "b": bytes.fromhex,
}


@dataclass(frozen=True)
class Page(Generic[M]):
    """Hold the rows of a page, and the cursor of the next one.

    `next` is opaque, and None on the last page.
    """

    items: Sequence[M]
    next: str | None


def write_cursor(driver: Driver[Any], ordering: Ordering, row: Any) -> str:
    """Return the cursor of the page that follows a row.

    Raises:
        QaplaError: A column's values are objects of a type that only the application knows.
    """
    values = [_written(driver, term.name, getattr(row, term.name)) for term in ordering.terms]
    text = json.dumps(values, separators=(",", ":")).encode()
    signed = _digest(driver, ordering, text) + text
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def read_cursor(driver: Driver[Any], ordering: Ordering, cursor: str) -> list[Any]:
    """Return the values of the row that a cursor's page follows.

    Raises:
        BadCursor: The cursor was not given by a page of this model in this order.
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        signed = base64.b64decode(padded, altchars=b"-_", validate=True)
        digest, text = signed[:_DIGEST], signed[_DIGEST:]
        if digest != _digest(driver, ordering, text):
            raise ValueError
        return [
            _read(driver, term.name, value)
            for term, value in zip(ordering.terms, json.loads(text), strict=True)
        ]
    except (AttributeError, ValueError, KeyError, TypeError, binascii.Error):
        raise BadCursor(
            f"the cursor {cursor!r} is not one of {driver.name} ordered by {ordering}: "
            "begin at the first page"
        ) from None


def _digest(driver: Driver[Any], ordering: Ordering, text: bytes) -> bytes:
    """Tie a cursor to its listing. It guards against mistakes; a cursor grants nothing."""
    listing = f"{driver.name}:{ordering}:".encode()
    return hashlib.blake2s(listing + text, digest_size=_DIGEST).digest()


def _written(driver: Driver[Any], name: str, value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return ["e", value.name]
    for kind, (sign, write) in _WRITERS.items():
        if isinstance(value, kind):
            return [sign, write(value)]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise QaplaError(
        f"{driver.name}.{name} orders no pages: a {type(value).__name__} stands in no cursor"
    )


def _read(driver: Driver[Any], name: str, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    sign, text = value
    if sign == "e":
        return driver.column(name).type.python_type[text]
    return _READERS[sign](text)
