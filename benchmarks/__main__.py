"""Print the table of all comparisons; each figure is the median of seven, and the range."""

import os
import tempfile
from pathlib import Path

from tests.helpers.baking import copy_template

from benchmarks.measure import ROUNDS, measured, pair, ratio, row, variant
from benchmarks.server import served
from benchmarks.variants.generation import write_one_file_template

REQUEST, ROWS, BULK = "request that reads a row", "20,000 rows as dicts", "20,000 rows written"
HAND = "`with Session(engine)` in the task"
TASK, TASK_DRIVER = "task that reads a row", "task that reads a row by a driver"
STREAM = "memory of a million rows streamed"
GET, PAGE, POST = "GET one, the stamped view", "GET a page of 100", "POST one, committed"


def resource(work: str, reference: str) -> tuple[list[str], list[str]]:
    """Return the commands of our resource and of a reference of the same work."""
    return variant("resource", "qapla", work), variant("resource", reference, work)


COMPARISONS = [
    (GET, "bare Pyramid, session by hand", "at least 2.0", *resource("get", "pyramid")),
    (GET, "Django, plain view, autocommit", "at least 1.5", *resource("get", "django")),
    (PAGE, "bare Pyramid, objects and dicts by hand", "at least 2.5", *resource("page", "pyramid")),
    (PAGE, "Django's values() and JsonResponse", "at least 1.0", *resource("page", "django")),
    (
        POST,
        "bare Pyramid, a schema and a session by hand",
        "at least 0.9",
        *resource("post", "pyramid"),
    ),
    (REQUEST, "bare Pyramid, session by hand", "at least 1.5", *pair("request", "plain_engine")),
    (REQUEST, "the same, with pool_pre_ping", "", *pair("request", "pyramid")),
    (REQUEST, "Django, plain view, autocommit", "at least 0.9", *pair("request", "django")),
    (ROWS, "Django's values()", "at least 1.0", *pair("rows", "django")),
    (ROWS, "SQLAlchemy Core's mappings()", "at least 2.0", *pair("rows", "core")),
    (BULK, "SQLAlchemy Core's bulk insert", "at least 4", *pair("bulk", "core")),
    (BULK, "psycopg's binary COPY by hand", "at least 0.8", *pair("bulk", "copy")),
    (TASK, f"{HAND}, pool_pre_ping", "at least 0.98", *pair("task", "pinging")),
    (TASK, f"{HAND}, no ping", "", *pair("task", "plain")),
    (
        TASK_DRIVER,
        f"{HAND}, no ping",
        "at least 1.1",
        variant("task", "driver"),
        variant("task", "plain"),
    ),
    (
        "page 1,000 of a million rows",
        "its first page",
        "at least 0.83 (at most 1.2 of the time)",
        variant("page", "1000"),
        variant("page", "1"),
    ),
]


def main() -> None:
    """Measure every row."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| work | reference | goal | measured |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        templates = Path(directory) / "qapla-db", Path(directory) / "one-file"
        copy_template(templates[0])
        write_one_file_template(templates[1])
        ours, one_file = (variant("generation", str(template), directory) for template in templates)
        # Here more is slower: how many times the reference's time ours is.
        times = [1 / value for value in ratio(ours, one_file, environment)]
        print(row("generation, default answers", "a template of one file", "at most 1.9", times))
    idle = ratio(variant("idle", "qapla"), variant("idle", "pyramid"), environment)
    print(row("request without a database", "bare Pyramid", "at least 0.97", idle))
    with served() as url:
        for work, reference, goal, ours, theirs in COMPARISONS:
            print(row(work, reference, goal, ratio(ours, theirs, {**environment, **url})))
        grown = [measured(variant("stream"), {**environment, **url}) for _ in range(ROUNDS)]
        print(row(STREAM, "its first 10,000", "at most 5 MB more", grown))


if __name__ == "__main__":
    main()
