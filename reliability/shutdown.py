"""SIGTERM to a server under load, again and again: each request is answered or was not accepted."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from clients import Client, Cut, Refused

from reliability.report import Figure, Report, count, none
from reliability.stage import SERVERS, Stage

CLIENTS = 8
LOAD_SECONDS = 1.0


@dataclass
class Round:
    """The requests of one server's life: their answers, and the requests that have none."""

    answers: "Counter[int]" = field(default_factory=Counter)
    refused: int = 0
    # By whether the connection was new.
    cut: "Counter[bool]" = field(default_factory=Counter)
    faults: "Counter[str]" = field(default_factory=Counter)
    created: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)


def run(stage: Stage, seconds: float) -> Report:
    """Measure both servers.

    Args:
        stage: The project.
        seconds: A minute stands for twenty lives of each server.
    """
    columns, notes = {}, []
    for kind in SERVERS:
        columns[kind], faults = _measure(stage, kind, max(1, round(seconds / 3)))
        notes += [f"{kind}: {times} times {fault}" for fault, times in faults.items()]
    return Report("SIGTERM under load", columns, notes)


def _measure(stage: Stage, kind: str, rounds: int) -> tuple[list[Figure], "Counter[str]"]:
    found = Round()
    codes: Counter[int] = Counter()
    slowest = 0.0
    in_flight = 0
    for number in range(rounds):
        with stage.served(kind) as served:
            threads = [
                threading.Thread(
                    target=_work, args=[found, served.port, f"{kind} {number} {client}", client % 2]
                )
                for client in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            time.sleep(LOAD_SECONDS)
            began, before = time.monotonic(), found.answers.total()
            codes[served.stop()] += 1
            slowest = max(slowest, time.monotonic() - began)
            for thread in threads:
                thread.join()
            in_flight += found.answers.total() - before
    keys = set(stage.ship_keys())
    return [
        count("servers that got SIGTERM", rounds),
        none("exit codes other than 0", rounds - codes[0]),
        count("seconds until the end, at most", slowest),
        count("requests that were answered", found.answers.total()),
        count("of them after SIGTERM", in_flight),
        none("answers 5xx", sum(n for status, n in found.answers.items() if status >= 500)),
        none("requests cut off on a new connection", found.cut[True]),
        none("requests cut off on a kept connection", found.cut[False]),
        none("acknowledged writes that are missing", len(set(found.created) - keys)),
        none(
            "writes whose answer was lost", len(keys.intersection(found.sent) - set(found.created))
        ),
        count("connections refused afterwards", found.refused),
    ], found.faults


def _work(found: Round, port: int, name: str, kept: int) -> None:
    """Ask until nobody listens any more."""
    client = Client(port, kept=bool(kept))
    for turn in range(1_000_000):
        key = f"{name} {turn}"
        # Each third one is in flight for a tenth of a second.
        path, body = (
            ("/slow", None) if turn % 3 == 0 else ("/ships", {"name": "Koraga", "key": key})
        )
        try:
            if body:
                found.sent.append(key)
            status, _ = client.ask(path, body)
        except Refused:
            found.refused += 1
            client.close()
            return
        except Cut as error:
            found.cut[client.carried == 0] += 1
            found.faults[f"{error} after {client.carried} answers"] += 1
            continue
        found.answers[status] += 1
        if status == 201:
            found.created.append(key)
