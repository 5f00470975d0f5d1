"""Views for the tests of requests."""

from typing import Any

from qapla_sample.databases.main.ship import Ship


def answer(request: Any) -> list[Any]:
    """Return what only the user's factory and only ours give."""
    return [request.captain, request.main.query(Ship).count(), request.database is request.main]
