"""Stream a million rows as lines of JSON; print how much the process grows after the first 10,000, in MB."""

import resource
import sys
import warnings

warnings.simplefilter("ignore")

from qapla.web.resource import stream_lines  # noqa: E402

from benchmarks.models import ROWS, ShipReadDriver  # noqa: E402
from benchmarks.server import database  # noqa: E402
from benchmarks.variants.stamped import ShipRead  # noqa: E402

FIRST = 10_000


def peak() -> float:
    """Return the most memory that the process has had so far, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, and others kB.
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Read every line of a response."""
    driver = ShipReadDriver(database(reader=True).get_session())
    rows = driver.stream_rows(*ShipRead.model_fields)
    lines = iter(stream_lines(map(ShipRead.of, rows)).app_iter)
    for _ in range(FIRST):
        next(lines)
    before = peak()
    assert FIRST + sum(1 for _ in lines) == ROWS
    print(peak() - before)


if __name__ == "__main__":
    main()
