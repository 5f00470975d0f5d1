"""Read 20,000 rows as dicts."""

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")

from sqlalchemy import select  # noqa: E402

from benchmarks.models import Ship, ShipReadDriver  # noqa: E402
from benchmarks.server import database  # noqa: E402

# Ten readings would take 60 ms, of which the first ones of a process are the slowest.
COUNT, TIMES = 20_000, 100
Work = Callable[[], list[dict[str, Any]]]


def qapla() -> Work:
    """Return a function that asks the read driver."""
    session = database(reader=True).get_session()

    class First(ShipReadDriver):
        def conditions(self, criteria: Any) -> Any:
            return [Ship.id <= COUNT]

    return lambda: First(session).rows("id", "name", "crew")


def core() -> Work:
    """Return a function that asks SQLAlchemy Core for mappings."""
    connection = database().engine.connect()
    statement = select(Ship.id, Ship.name, Ship.crew).where(Ship.id <= COUNT)
    return lambda: [dict(row) for row in connection.execute(statement).mappings()]


def django() -> Work:
    """Return a function that asks Django for values."""
    from benchmarks.variants.django_app import set_up

    objects = set_up().objects.filter(id__lte=COUNT)
    return lambda: list(objects.values("id", "name", "crew"))


def main(kind: str) -> None:
    """Time a few readings, after one that warms up."""
    work = globals()[kind]()
    assert len(work()) == COUNT
    start = time.perf_counter()
    for _ in range(TIMES):
        work()
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1])
