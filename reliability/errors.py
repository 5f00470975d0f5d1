"""Requests of which a third raise, at each point of a request: nothing is left behind."""

import json
import threading
from collections import Counter
from itertools import count as numbers

from clients import Client, Cut
from servers import wait_for

from reliability.report import Figure, Report, at_most, count, none
from reliability.stage import POOL, SERVERS, Served, Stage

CLIENTS = 4
REQUESTS = 20_000
KINDS = (
    "view",
    "statement",
    "write",
    "commit",
    "http",
    "render",
    "response_callback",
    "finished_callback",
    "stream",
)
HELD = ("sessions", "checked out", "descriptors", "threads")


def run(stage: Stage, seconds: float) -> Report:
    """Measure both servers, each with one process.

    Args:
        stage: The project.
        seconds: A minute stands for 20,000 requests.
    """
    columns = {}
    for kind in SERVERS:
        with stage.served(kind, processes=1) as served:
            columns[kind] = _measure(stage, served, max(300, round(REQUESTS * seconds / 60)))
    return Report("Requests of which a third raise", columns)


def _measure(stage: Stage, served: Served, requests: int) -> list[Figure]:
    # The threads, the pool and whatever is made at first use.
    _load(served, 200)
    before = _held(served)
    rows = stage.ask("SELECT count(*) FROM ships")[0]
    statuses = _load(served, requests)
    wait_for("the end of every transaction", lambda: not stage.connections("idle in tr%"), 10)
    after = _held(served)
    committed = sum(number % 3 == 0 and _kind(number) == "commit" for number in range(requests))
    added = stage.ask("SELECT count(*) FROM ships")[0] - rows
    raised = statuses[500] + statuses[409] + statuses[0]
    return [
        count("requests", statuses.total()),
        Figure("requests that raised", f"{raised:,}", "a third", raised == (requests + 2) // 3),
        none("other answers than expected", _unexpected(statuses)),
        none("rows of transactions that were not committed", added - committed),
        none("sessions left open", after["sessions"]),
        none("connections left checked out", after["checked out"]),
        at_most(
            "more file descriptors than before", after["descriptors"] - before["descriptors"], 0
        ),
        at_most("more threads than before", after["threads"] - before["threads"], 0),
        at_most("connections on the server", stage.connections(), POOL),
        none("of them in a transaction", stage.connections("idle in transaction%")),
    ]


def _kind(number: int) -> str:
    return KINDS[number // 3 % len(KINDS)]


def _unexpected(statuses: "Counter[int]") -> int:
    return sum(times for status, times in statuses.items() if status not in (0, 200, 409, 500))


def _held(served: Served) -> dict[str, int]:
    """Return the counts of the process, asked by the first connection after all others were closed."""
    client = Client(served.port, kept=False)
    held: dict[str, int] = {}

    def rests() -> bool:
        # The server closes a connection a moment after its client has.
        nonlocal held
        before, held = held, json.loads(client.ask("/counts")[1])
        return held == before

    wait_for("a server at rest", rests, 30)
    return {name: held[name] for name in HELD}


def _load(served: Served, requests: int) -> "Counter[int]":
    """Send requests by several clients; return the number of answers of each status.

    0 stands for an answer that was cut off: that of a stream which raised after its first bytes.
    """
    statuses: Counter[int] = Counter()
    lock = threading.Lock()
    numbered = numbers()

    def work() -> None:
        client = Client(served.port)
        found: Counter[int] = Counter()
        while (number := next(numbered)) < requests:
            raises = number % 3 == 0
            try:
                found[client.ask(f"/faults/{_kind(number)}" if raises else "/ships?size=5")[0]] += 1
            except Cut:
                found[0] += 1
        client.close()
        with lock:
            statuses.update(found)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
