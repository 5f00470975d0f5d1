"""Rows of columns as plain dicts, without SQLAlchemy's row objects where these add nothing."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult, Result
from sqlalchemy.orm import Session

Dicts = list[dict[str, Any]]
# Rows of a driver that are in memory beside their dicts: few take an eighth less time than all.
_CHUNK = 256


def dicts(session: Session, result: Result[Any], names: Sequence[str]) -> Dicts:
    """Return the rows of a result as dicts.

    Args:
        session: The session that has returned the result.
        result: The result of a statement over columns alone.
        names: The names of these columns, in their order.
    """
    make = _maker(tuple(names))
    # A statement of the Core has no other result than the cursor's.
    raw = result if isinstance(result, CursorResult) else getattr(result, "raw", None)
    # A listener may have read or changed the result, and buffered rows have left the cursor.
    if session.dispatch.do_orm_execute or not isinstance(raw, CursorResult) or raw.cursor is None:
        return make(result.all())
    # The processed tuples, which `_raw_all_tuples` would return all at once.
    processed: Any = raw._row_getter[2]
    found: Dicts = []
    while True:
        rows = raw._fetchmany_impl(_CHUNK)
        found += make(processed(rows))
        # Fewer are the last ones; to ask again would cost as much as a row.
        if len(rows) < _CHUNK:
            result.close()
            return found


@lru_cache(maxsize=256)
def _maker(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Dicts]:
    """Return a function that makes dicts of rows.

    It is compiled for the names, as `collections.namedtuple` does: in less than half the time of a
    loop over the names, which would be a third of the whole read.
    """
    values = [f"value_{place}" for place in range(len(names))]
    items = ", ".join(f"{name!r}: {value}" for name, value in zip(names, values, strict=True))
    made: Callable[[Iterable[Any]], Dicts] = eval(  # noqa: S307 (numbers, and names as literals)
        f"lambda rows: [{{{items}}} for ({', '.join(values)},) in rows]", {}
    )
    return made
