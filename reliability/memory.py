"""The memory of a process over many requests, and over many tasks."""

from functools import partial
from itertools import cycle, islice
from statistics import linear_regression, median

from clients import Client
from servers import Redis, wait_for

from reliability.report import Figure, Report, at_most, count
from reliability.stage import SERVERS, Served, Stage, children, resident

REQUESTS = 100_000
TASKS = 30_000
SAMPLES = 50
GROWTH = 5.0
# The memory of a worker whose tasks raise rises until some thousand are done.
ENOUGH = 10_000
# A page, a row, a missing one, a wrong query, another page, and a probe.
PATHS = ("/ships?size=20", "/ships/1", "/ships/999999", "/ships?size=x", "/ships", "/health/live")


def run(stage: Stage, seconds: float) -> Report:
    """Measure both servers, each with one process, and a worker with one process.

    Args:
        stage: The project.
        seconds: A minute stands for 100,000 requests and 30,000 tasks.
    """
    columns = {}
    for kind in SERVERS:
        with stage.served(kind, processes=1) as served:
            columns[kind] = _requests(served, kind, round(REQUESTS * seconds / 60))
    tasks = round(TASKS * seconds / 60)
    columns["worker"] = _tasks(stage, tasks, failing=0)
    if tasks >= ENOUGH:
        columns["worker, a third raises"] = _tasks(stage, tasks, failing=3)
    return Report("Memory", columns)


def _requests(served: Served, kind: str, requests: int) -> list[Figure]:
    client = Client(served.port)
    paths = cycle(PATHS)
    process = served.serving()
    samples = []
    each = requests // SAMPLES
    for sample in range(SAMPLES):
        for path in islice(paths, each):
            client.ask(path)
        client.ask("/ships", {"name": "Rotarran", "key": f"memory {kind} {sample}"})
        samples.append(resident(process))
    client.close()
    return _figures(samples, each)


def _tasks(stage: Stage, tasks: int, failing: int) -> list[Figure]:
    newest, each = stage.newest(), tasks // SAMPLES
    samples: list[int] = []
    with Redis.running(stage.directory / f"memory-{failing}") as broker:
        directory, variables = broker.directory, {"ROTARRAN_CELERY__BROKER_URL": broker.url}
        with (
            stage.working(directory, "--concurrency=1", **variables) as worker,
            stage.sending(directory, each * SAMPLES, failing, 0, **variables),
        ):
            for sample in range(SAMPLES):
                # One of the last three does not raise.
                last = each * (sample + 1) - 3
                wait_for("the next tasks", partial(_has_done, stage, newest, last))
                (process,) = children(worker.pid)
                samples.append(resident(process))
    return _figures(samples, each)


def _has_done(stage: Stage, newest: int, number: int) -> bool:
    """Whether the task of a number is done: one process takes them in their order.

    Args:
        stage: The project.
        newest: The id of the ship before the first one of the tasks.
        number: The number of the task.
    """
    latest = "SELECT id, name FROM ships ORDER BY id DESC LIMIT 1"
    (found,) = stage.ask(
        f"SELECT coalesce(max(name::int), -1) FROM ({latest}) AS latest WHERE id > {newest}"
    )
    return found >= number


def _figures(samples: list[int], each: int) -> list[Figure]:
    """Return the figures of a series of samples.

    Args:
        samples: The resident memory, in KB, after each part of the work.
        each: The requests or tasks of a part.
    """
    fifth = len(samples) // 5
    # By then everything is made that is made once.
    warm = samples[fifth:]
    early, late = median(warm[:fifth]), median(warm[-fifth:])
    done = [number * each / 1000 for number in range(len(warm))]
    slope = linear_regression(done, warm).slope
    return [
        count("requests or tasks", len(samples) * each),
        count("MB, median of the second fifth", early / 1024),
        count("MB, median of the last fifth", late / 1024),
        at_most("growth", (late / early - 1) * 100, GROWTH, " %"),
        count("slope after the first fifth, for 1,000 of them", slope, " KB"),
    ]
