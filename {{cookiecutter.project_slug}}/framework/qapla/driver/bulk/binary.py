"""Values that PostgreSQL takes in binary: those of which text and binary mean the same.

Source: psycopg, "Basic Python types adaptation"; PostgreSQL, "pg_type".
"""

from collections.abc import Callable, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import repeat
from operator import attrgetter, contains
from struct import error, pack
from types import NoneType
from typing import Any
from uuid import UUID

# Whether all values of a column, or None, can be sent in binary.
Fit = Callable[[Sequence[Any]], bool]

_zone = attrgetter("tzinfo")


def fits_of(types: Sequence[int]) -> list[Fit]:
    """Return the checks of columns by the numbers of their types; none if one is unknown."""
    known = _fits()
    return [known[type_] for type_ in types] if known.keys() >= set(types) else []


def known_types() -> Set[int]:
    """Return the numbers of the types that have a check."""
    return _fits().keys()


@cache
def _fits() -> dict[int, Fit]:
    # Only where psycopg is the driver, which other engines do not need.
    from psycopg import Binary
    from psycopg.types.json import Json, Jsonb

    documents = _of(Json, Jsonb)
    return {
        16: _of(bool),
        17: _wrapped(Binary, _of(bytes)),
        20: _integers("q"),
        21: _integers("h"),
        23: _integers("i"),
        25: _texts,
        114: documents,
        701: _of(float),
        1043: _texts,
        1082: _of(date),
        1114: _naive,
        1184: _aware,
        1700: _of(Decimal),
        2950: _of(UUID),
        3802: documents,
    }


def _of(*classes: type) -> Fit:
    """Return a check of exact classes: a subclass may have a text of its own."""
    allowed = frozenset((*classes, NoneType))
    return lambda values: allowed.issuperset(map(type, values))


def _integers(code: str) -> Fit:
    """Return a check of integers in a range, beyond which the driver would cut them.

    Args:
        code: The code of the integers in the module `struct`, the quickest to know the range.
    """
    is_integer = _of(int)

    def fit(values: Sequence[Any]) -> bool:
        if not is_integer(values):
            return False
        try:
            pack(f"={len(values)}{code}", *values)
        except error:
            # Where it is for None, the others are looked at.
            rest = [value for value in values if value is not None]
            return len(rest) < len(values) and fit(rest)
        return True

    return fit


def _wrapped(wrapper: type, inner: Fit) -> Fit:
    """Return a check of values in the driver's own wrapper, which is there for each but None."""
    is_wrapped, unwrap = _of(wrapper), attrgetter("obj")
    return lambda values: is_wrapped(values) and inner(list(map(unwrap, filter(None, values))))


_is_text, _is_moment = _of(str), _of(datetime)


def _texts(values: Sequence[Any]) -> bool:
    # The driver refuses a NUL in a text, and the server in binary, in other words.
    return _is_text(values) and not any(map(contains, filter(None, values), repeat("\0")))


def _naive(values: Sequence[Any]) -> bool:
    return _is_moment(values) and not any(map(_zone, filter(None, values)))


def _aware(values: Sequence[Any]) -> bool:
    return _is_moment(values) and all(map(_zone, filter(None, values)))
