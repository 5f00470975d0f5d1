"""Read a page of a million rows by an index: the first, or the thousandth."""

import sys
import time
import warnings

warnings.simplefilter("ignore")

from benchmarks.models import ShipReadDriver  # noqa: E402
from benchmarks.server import database  # noqa: E402

SIZE, TIMES = 20, 300


def main(number: int) -> None:
    """Time many readings of one page, to which the pages before have led."""
    driver = ShipReadDriver(database(reader=True).get_session())
    after = None
    for _ in range(number - 1):
        after = driver.page(size=SIZE, after=after, order_by=["name"]).next
        driver.session.expunge_all()
    start = time.perf_counter()
    for _ in range(TIMES):
        page = driver.page(size=SIZE, after=after, order_by=["name"])
        driver.session.expunge_all()
    print(time.perf_counter() - start)
    assert page.items[0].name == f"ship {(number - 1) * SIZE:07d}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
