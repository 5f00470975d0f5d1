"""Keyset pagination: a page begins after a row, and not after a number of rows.

Rows that are inserted or deleted between two pages are neither repeated nor skipped, and the
thousandth page costs as little as the first one. The library `sqlakeyset` has such pages too; ours order by
columns without a value on three engines, and their cursors are bound to the listing and its types.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect

from qapla.driver.base import Driver
from qapla.driver.listing.codec import Codec, codec
from qapla.driver.listing.ordering import Ordering
from qapla.exceptions import BadCursor, QaplaError

M = TypeVar("M")

_DIGEST = 6


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of a page, and the cursor of the next one.

    `next` is opaque, and None on the last page.
    """

    items: Sequence[M]
    next: str | None


@lru_cache(maxsize=512)
def _codecs(model: str, ordering: Ordering, dialect: Dialect) -> tuple[Codec, ...]:
    """Return the codecs of the columns of an ordering.

    Raises:
        QaplaError: No cursor can hold the values of a column.
    """
    codecs = tuple(codec(term.column.type, dialect) for term in ordering.terms)
    for term, found in zip(ordering.terms, codecs, strict=True):
        if not found.is_writable:
            raise _unwritable(model, term.name, type(term.column.type).__name__)
    return codecs


def refuse_unwritable(driver: Driver[Any], ordering: Ordering) -> None:
    """Refuse an ordering by columns that no cursor can hold, before there is a second page.

    Raises:
        QaplaError: No cursor can hold the values of a column.
    """
    _codecs(driver.model_name, ordering, driver.dialect)


def write_cursor(driver: Driver[Any], ordering: Ordering, row: Sequence[Any]) -> str:
    """Return the cursor of the page that follows a row.

    Args:
        driver: The driver of the page.
        ordering: The ordering of the page.
        row: The values of the row in the columns of the ordering.

    Raises:
        QaplaError: No cursor can hold the values of a column.
    """
    codecs = _codecs(driver.model_name, ordering, driver.dialect)
    values = []
    for term, found, value in zip(ordering.terms, codecs, row, strict=True):
        try:
            values.append(found.write(value))
        except Exception:
            raise _unwritable(driver.model_name, term.name, type(value).__name__) from None
    text = json.dumps(values, separators=(",", ":")).encode()
    signed = _digest(driver, ordering, text) + text
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def read_cursor(driver: Driver[Any], ordering: Ordering, cursor: str) -> list[Any]:
    """Return the values of the row that a cursor's page follows.

    Raises:
        BadCursor: The cursor was not given by a page of this model in this order.
    """
    codecs = _codecs(driver.model_name, ordering, driver.dialect)
    try:
        return _read(driver, ordering, codecs, cursor)
    except Exception:
        # A forged cursor can make any part fail, from the parser to a decorator of a type.
        raise BadCursor(
            f"the cursor {cursor!r} is not one of {driver.model_name} ordered by {ordering}: "
            "begin at the first page"
        ) from None


def _read(
    driver: Driver[Any], ordering: Ordering, codecs: Sequence[Codec], cursor: str
) -> list[Any]:
    padded = cursor.encode() + b"=" * (-len(cursor) % 4)
    signed = base64.b64decode(padded, altchars=b"-_", validate=True)
    digest, text = signed[:_DIGEST], signed[_DIGEST:]
    if digest != _digest(driver, ordering, text):
        raise ValueError
    written = json.loads(text)
    if type(written) is not list:
        raise TypeError
    values = []
    for term, found, part in zip(ordering.terms, codecs, written, strict=True):
        if part is None and not term.nullable:
            raise ValueError
        values.append(found.read(part))
    return values


def _digest(driver: Driver[Any], ordering: Ordering, text: bytes) -> bytes:
    """Tie a cursor to its listing. It guards against mistakes; a cursor grants nothing."""
    listing = f"{driver.model_name}:{ordering}:".encode()
    return hashlib.blake2s(listing + text, digest_size=_DIGEST).digest()


def _unwritable(model: str, column: str, values: str) -> QaplaError:
    return QaplaError(
        f"{model}.{column} orders no pages, as no cursor can hold its values ({values}): "
        "order by another column"
    )
