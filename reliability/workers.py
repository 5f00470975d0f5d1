"""SIGTERM to a worker under load, again and again: no task is lost."""

import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

from clients import ANSWER_SECONDS
from servers import RabbitMQ, Redis, Server, wait_for

from reliability.report import Figure, Report, count, none
from reliability.stage import Stage

BROKERS: tuple[type[Server], ...] = (Redis, RabbitMQ)
TASK_SECONDS = 0.02
TASKS = 10_000
LIVES = 20
PROCESSES = 2


def run(stage: Stage, seconds: float) -> Report:
    """Measure a worker of two processes with both brokers.

    Args:
        stage: The project.
        seconds: A minute stands for 10,000 tasks and twenty workers, one after the other.
    """
    share = seconds / 60
    columns = {}
    for kind in BROKERS:
        lives, tasks = max(2, round(LIVES * share)), max(100, round(TASKS * share))
        with kind.running(stage.directory / kind.__name__) as broker:
            columns[kind.__name__] = _measure(stage, broker, lives, tasks)
    return Report("SIGTERM to a worker under load", columns)


def _measure(stage: Stage, broker: Server, lives: int, tasks: int) -> list[Figure]:
    variables = {"ROTARRAN_CELERY__BROKER_URL": broker.url}
    options = ["--concurrency", str(PROCESSES)]
    directory = broker.directory
    newest = stage.newest()
    codes: Counter[int] = Counter()
    slowest = 0.0
    with stage.sending(directory, tasks, failing=0, seconds=TASK_SECONDS, **variables) as sender:
        for life in range(1, lives + 1):
            with stage.working(directory, *options, **variables) as worker:
                # The last one ends with nothing to do.
                share = tasks * life // lives - (life < lives)
                wait_for("its share of the tasks", partial(_has_done, stage, newest, share))
                began = time.monotonic()
                worker.send_signal(signal.SIGTERM)
                codes[worker.wait(ANSWER_SECONDS)] += 1
                slowest = max(slowest, time.monotonic() - began)
        sender.wait(ANSWER_SECONDS)
    return _figures(stage, directory, newest, tasks, lives, codes, slowest)


def _has_done(stage: Stage, newest: int, number: int) -> bool:
    query = f"SELECT count(DISTINCT name) FROM ships WHERE id > {newest}"
    return stage.ask(query)[0] >= number


def _figures(
    stage: Stage,
    directory: Path,
    newest: int,
    tasks: int,
    lives: int,
    codes: "Counter[int]",
    slowest: float,
) -> list[Figure]:
    runs, different = stage.ask(
        f"SELECT count(*), count(DISTINCT name) FROM ships WHERE id > {newest}"
    )
    printed = (directory / "worker.log").read_text()
    return [
        count("workers that got SIGTERM", lives),
        none("exit codes other than 0", lives - codes[0]),
        count("seconds until the end, at most", slowest),
        count("tasks", tasks),
        none("tasks lost", tasks - different),
        # Late acknowledgement promises no more.
        count("tasks that ran twice", runs - different),
        none("tracebacks in the log", printed.count("Traceback")),
        none("connections on the server", stage.connections()),
    ]
