"""Batches of a stream, each in a session of its own."""

from collections.abc import Iterator
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from qapla.database.sessions.routing import RoutedSession
from qapla.driver.base import Driver
from qapla.driver.listing.keyset import Keyset

T = TypeVar("T")

# The framework's own notes in the `info` of a session, which are about that session alone.
_OWN = "qapla."


def batches(driver: Driver[Any], listing: Keyset[T], size: int) -> Iterator[T]:
    """Yield the rows of a listing, of which a batch is in memory at a time."""
    values: list[Any] | None = None
    while True:
        with _separate_session(driver) as own:
            found = listing.rows(type(driver)(own), size, values)
            own.expunge_all()
        # Before the rows are given away, which may change them.
        values = listing.values(found[-1]) if found else None
        yield from found
        if len(found) < size:
            return


def _separate_session(driver: Driver[Any]) -> Session:
    """Return a new session that works as the driver's does, on connections of its own.

    Its listeners and options hold here too: loader criteria, the role of a tenant.
    """
    session = driver.session
    options: dict[str, Any] = {
        "join_transaction_mode": session.join_transaction_mode,
        "execution_options": session.execution_options,
        "info": {k: v for k, v in session.info.items() if not str(k).startswith(_OWN)},
    }
    if isinstance(session, RoutedSession):
        options["reader"] = session.reader
    twin = type(session)(session.get_bind(driver.mapper), **options)
    dispatch: Any = twin.dispatch
    dispatch._update(session.dispatch, only_propagate=False)
    return twin
