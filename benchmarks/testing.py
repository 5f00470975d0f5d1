"""Print the rows about test runs, on one embedded PostgreSQL; less is better.

They are apart from the others: pytest-django has an option `--reuse-db` too, and would not let the
tests of the framework run in one environment with it.

The server's data are below `TMPDIR`, which is to be memory or a file system with a journal. ext4
without one passes over every file that was deleted in the last minutes when it makes another: a run
would pay for the databases that those before it have dropped.
Source: Linux, `recently_deleted` in fs/ext4/ialloc.c.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from qapla import embedded

from benchmarks.measure import ratio, row, variant

DJANGO = "pytest-django"
NO_TEMPLATES = "ours without templates"


def print_rows(environment: Mapping[str, str]) -> None:
    """Measure and print every row, how many times the reference's time ours is."""
    # None of pytest's: under root the server runs as another user.
    directory = Path(tempfile.mkdtemp(prefix="qapla-benchmarks-"))
    try:
        host = embedded.connection_query(directory / "postgres")["host"]
        _print_rows({**environment, "BENCH_HOST": host})
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _print_rows(environment: Mapping[str, str]) -> None:
    def compare(work: str, reference: str, goal: str, ours: list[str], theirs: list[str]) -> None:
        pairs = ratio(variant("testrun", *ours), variant("testrun", *theirs), environment)
        print(row(work, reference, goal, [1 / value for value in pairs]), flush=True)

    for count in ("1", "4"):
        many = f"{count} database{'s' * (count != '1')}"
        start = ["ours", count, "there", "start"]
        first = ["ours", count, "nothing", "start"]
        theirs = ["django", count, "nothing", "start"]
        compare(f"a first run's start, {many}", DJANGO, "at most 1.0", first, theirs)
        scratch = [*start, "--recreate"]
        compare(f"the same again, {many}", NO_TEMPLATES, "at most 0.8", start, scratch)
        reused = ["django", count, "there", "start", "--reuse-db"]
        compare(
            f"the same, --reuse-db, {many}", DJANGO, "at most 1.0", [*start, "--reuse-db"], reused
        )
    hand = "SQLAlchemy by hand, 1 database"
    compare(
        f"the start of {hand}",
        f"{DJANGO}, --reuse-db",
        "",
        ["hand", "1", "there", "start"],
        ["django", "1", "there", "start", "--reuse-db"],
    )
    tests = ["1", "there", "tests", "--reuse-db"]
    django = ["django", *tests]
    one = ["ours", *tests]
    compare(
        "a test that inserts, commits, reads back", f"{DJANGO}'s db", "at most 0.9", one, django
    )
    by_hand = ["hand", *tests[:-1]]
    compare(f"such a test of {hand}", f"{DJANGO}'s db", "", by_hand, django)
    workers = ["-p", "xdist", "-n", "2"]
    compare("300 such tests, -n 2", "one process", "at most 0.65", [*one, *workers], one)
    compare(f"such tests of {DJANGO}, -n 2", "one process", "", [*django, *workers], django)
    compare(f"such tests of {hand}, -n 2", "one process", "", [*by_hand, *workers], by_hand)


if __name__ == "__main__":
    print_rows(os.environ)
