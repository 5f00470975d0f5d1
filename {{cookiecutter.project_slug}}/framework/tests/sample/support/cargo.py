"""Values of the columns of a cargo."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

# Of each column two, the lesser one first where they have an order.
VALUES: dict[str, tuple[Any, Any]] = {
    "notes": ("gagh", "racht, fresh"),
    "count": (-(2**31), 2**31 - 1),
    "mass": (-(2**63), 2**63 - 1),
    "volume": (0.1, 1e300),
    "price": (Decimal("-0.10"), Decimal("99999999.99")),
    "fragile": (False, True),
    "packed_on": (date(1, 1, 1), date(9999, 12, 31)),
    "sent_at": (
        datetime(2375, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=5))),
        datetime(2375, 1, 2, 3, 4, 5, 678902, tzinfo=UTC),
    ),
    "code": (UUID(int=7), UUID(int=2**128 - 1)),
    "papers": ({"a": [1, None, "ü"]}, [True]),
    "image": (b"", bytes(range(256))),
    "state": ("lost", "packed"),
}
UNORDERED = ("papers", "image")
ORDERED = [name for name in VALUES if name not in UNORDERED]


def values(which: int, **others: Any) -> dict[str, Any]:
    """Return values of a cargo, without its name and its port.

    Args:
        which: 0 for the first value of each column, 1 for the second.
        others: Values of other columns, or instead of these.
    """
    return {**{name: pair[which] for name, pair in VALUES.items()}, **others}


def maybe(which: int | None) -> dict[str, Any]:
    """Return values of the columns that may be NULL, or NULL for each."""
    found = {f"maybe_{n}": None if which is None else pair[which] for n, pair in VALUES.items()}
    if which is not None:
        # It has other digits.
        found["maybe_price"] = Decimal("1.12345")
    return found
