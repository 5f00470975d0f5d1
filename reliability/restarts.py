"""A served project under load, while its PostgreSQL is restarted three times."""

import signal
import time
from collections import Counter

from clients import Writers
from servers import wait_for

from reliability.report import Figure, Report, at_most, count, none
from reliability.stage import POOL, SERVERS, Served, Stage

CLIENTS = 8
# Fast, as by an upgrade, and immediate, as by a crash, after which it recovers.
RESTARTS = (signal.SIGINT, signal.SIGQUIT, signal.SIGINT)
AWAY_SECONDS = 0.5
# How long an answer may be under way that was decided in the outage.
GRACE = 1.0


def run(stage: Stage, seconds: float) -> Report:
    """Measure both servers under load.

    Args:
        stage: The project.
        seconds: The length of the load.
    """
    columns, notes = {}, []
    for kind in SERVERS:
        with stage.served(kind) as served:
            columns[kind] = _measure(stage, served, kind, seconds)
            notes += [f"{kind}: {line}" for line in served.tracebacks()]
    return Report("Restarts of the database under load", columns, notes)


def _measure(stage: Stage, served: Served, kind: str, seconds: float) -> list[Figure]:
    writers = Writers(
        served.port, lambda key: {"name": "Rotarran", "key": f"{kind} {key}"}, repeats=True
    )
    outages: list[tuple[float, float]] = []
    began = time.monotonic()
    with writers.working(CLIENTS):
        for number, how in enumerate(RESTARTS, start=1):
            time.sleep(max(0, began + number * seconds / 4 - time.monotonic()))
            gone = time.monotonic()
            stage.postgres.end(how)
            time.sleep(AWAY_SECONDS)
            stage.postgres.start()
            outages.append((gone, time.monotonic()))
            wait_for("an answer", writers.answers)
        time.sleep(max(0, began + seconds - time.monotonic()))
    # A pool gives a connection back when its request has ended.
    wait_for("the pool's floor", lambda: stage.connections() <= POOL * served.processes, 10)
    return _figures(stage, served, writers, outages, kind)


def _figures(
    stage: Stage,
    served: Served,
    writers: Writers,
    outages: list[tuple[float, float]],
    kind: str,
) -> list[Figure]:
    there = Counter(
        key.removeprefix(f"{kind} ") for key in stage.ship_keys() if key.startswith(f"{kind} ")
    )
    known = [*writers.created, *writers.found]
    other = sum(number for code, number in writers.statuses.items() if code >= 500 and code != 503)
    outside = [
        at
        for at, _ in writers.failed
        if not any(gone <= at <= back + GRACE for gone, back in outages)
    ]
    first = [
        min((at for at in writers.acknowledged if at > back), default=float("inf")) - back
        for _, back in outages
    ]
    late = [at - _last_return(outages, at) for at, _ in writers.failed]
    return [
        count("requests", writers.statuses.total()),
        count("seconds without the database", sum(back - gone for gone, back in outages)),
        count("answers 503 meanwhile", writers.statuses[503]),
        none("other answers 5xx", other),
        none("answers 5xx a second after the database was back, or before it went", len(outside)),
        none("requests without an answer", len(writers.cut)),
        count("acknowledged writes", len(known)),
        none("of them missing", sum(key not in there for key in known)),
        none("written twice", len(writers.doubled) + sum(n > 1 for n in there.values())),
        count("written, and answered 503: the repetition found them", len(writers.found)),
        count("seconds until the first write afterwards, at most", max(first)),
        count("seconds until the last 503 afterwards, at most", max(0.0, *late)),
        at_most(
            "connections of a process at the end", stage.connections() / served.processes, POOL
        ),
        none("of them in a transaction", stage.connections("idle in transaction%")),
    ]


def _last_return(outages: list[tuple[float, float]], at: float) -> float:
    """Return when the database came back from the outage that began last before a time."""
    return max((back for gone, back in outages if gone <= at), default=at)
