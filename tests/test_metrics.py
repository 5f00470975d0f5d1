"""Metrics and traces of a project's own processes: two of gunicorn, and two of a worker's pool."""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import clean_environment, generate, run, succeed
from collector import Collector
from servers import answers, free_port, wait_for

TOKEN = "a-token-of-this-test"  # noqa: S105 (no secret)
EXTRAS = [f"--extra={name}" for name in ("gunicorn", "metrics", "traces")]
CONTROLLER = '''
"""A view that sends a task, and one that tells its process."""

import os
from typing import Any

from pyramid.view import view_config
from sqlalchemy import text

from rotarran.tasks.probe import work
from rotarran.web.request import Request


@view_config(route_name="send", renderer="json")
def send(request: Request) -> Any:
    return work.delay().id


@view_config(route_name="process", renderer="json")
def process(request: Request) -> Any:
    request.main.execute(text("SELECT 1"))
    return os.getpid()
'''
ROUTES = "".join(f'    config.add_route("{name}", "/{name}")\n' for name in ("send", "process"))
TASKS = '''
"""A task that takes a while, so that both processes of a pool run some."""

import os
import signal
import time

from sqlalchemy import text
from sqlalchemy.orm import Session

from qapla.database.decorators import WithDatabase

from rotarran import main as application
from rotarran.tasks.worker import app


@app.task
@WithDatabase(application, "main")
def work(main: Session) -> int:
    """Ask the database, and return the id of the process."""
    main.execute(text("SELECT 1"))
    time.sleep(0.1)
    return os.getpid()


@app.task
def crash() -> None:
    """Kill the process of the pool at work: one that waits may hold the lock of the pool's queue."""
    os.kill(os.getpid(), signal.SIGKILL)
'''
TASK = "rotarran.tasks.probe.work"
# Sends as many tasks as the argument says, and prints the ids of the processes that ran them.
SEND = """
import sys
from rotarran import main
from rotarran.tasks.probe import work

main.run_command()
print(*{sent.get(timeout=60) for sent in [work.delay() for _ in range(int(sys.argv[1]))]})
"""
CRASH = """
from rotarran import main
from rotarran.tasks.probe import crash

main.run_command()
crash.delay()
"""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Return a receiver of traces."""
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return a project with an outbox, and views and tasks of the test."""
    project, _ = generate(template, workplace / "metrics", GOOD_ANSWERS["two databases"])
    succeed(["uv", "sync", *EXTRAS], project)
    package = project / "src" / "rotarran"
    (package / "web" / "controllers" / "main" / "probe.py").write_text(CONTROLLER)
    (package / "tasks" / "probe.py").write_text(TASKS)
    with (package / "web" / "routes.py").open("a") as routes:
        routes.write(ROUTES)
    for arguments in (("add", "outbox", "main"), ("db", "upgrade")):
        succeed(["uv", "run", "--no-sync", "qapla", *arguments], project)
    return project


@contextmanager
def running(project: Path, name: str, *command: str, **environment: str) -> Iterator[None]:
    """Run a program of the project until the block ends."""
    log = project / "var" / f"{name}.log"
    with log.open("w") as output:
        program = subprocess.Popen(
            ["uv", "run", "--no-sync", *command],
            cwd=project,
            env=clean_environment(OTEL_BSP_SCHEDULE_DELAY="100", **environment),
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=60)


@pytest.fixture(scope="module")
def web(project: Path, collector: Collector) -> Iterator[str]:
    """Serve the project by two processes of gunicorn; yields the URL."""
    port = free_port()
    conf = project / "gunicorn.conf.py"
    conf.write_text(conf.read_text().replace("0.0.0.0:6543", f"127.0.0.1:{port}"))
    environment = {"ROTARRAN_METRICS__TOKEN": TOKEN, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with running(project, "web", "gunicorn", "--paste", "production.ini", **environment):
        wait_for("gunicorn", lambda: answers(port), 60)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def worker(project: Path, collector: Collector) -> Iterator[str]:
    """Run a worker with a pool of two processes; yields the URL of its metrics."""
    port = free_port()
    command = ("celery", "-A", "rotarran.tasks.worker", "worker", "-c", "2", "--loglevel=INFO")
    environment = {
        "ROTARRAN_METRICS__PORT": str(port),
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_SERVICE_NAME": "tasks",
    }
    with running(project, "worker", *command, **environment):
        wait_for("the worker", lambda: answers(port), 60)
        yield f"http://127.0.0.1:{port}/metrics"


def get(url: str, token: str = "") -> str:
    """Return the text of an answer; each request has a connection of its own."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            text: str = answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()
    return text


def scrape(url: str, token: str = "") -> dict[str, float]:
    """Return the samples of a scrape by their names and labels."""
    lines = (line for line in get(url, token).splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def run_tasks(project: Path, number: int) -> set[int]:
    """Run tasks, and return the ids of the processes that ran them."""
    command = ["uv", "run", "--no-sync", "python", "-c", SEND, str(number)]
    return set(map(int, succeed(command, project).split()))


def test_requests_of_all_processes_are_counted(web: str) -> None:
    """Whichever process answers the scrape; each has a pool of its own."""
    served: list[int] = []

    def ask() -> bool:
        served.append(json.loads(get(f"{web}/process")))
        return len(set(served)) == 2

    wait_for("both processes", ask, 30)
    for number in range(10):
        get(f"{web}/ships/{number}")
        get(f"{web}/nothing/{number}")
    for _ in range(5):
        samples = scrape(f"{web}/metrics", TOKEN)
        labels = 'method="GET",route="{}",status="{}"'
        counted = {
            route: samples[f"http_requests_total{{{labels.format(route, status)}}}"]
            for route, status in {"/process": 200, "/ships/{id}": 404, "none": 404}.items()
        }
        assert counted == {"/process": len(served), "/ships/{id}": 10, "none": 10}
        assert samples['database_connections_limit{database="main"}'] == 10
        assert samples['database_connections_in_use{database="main"}'] == 0
        assert samples['outbox_messages_waiting{database="main"}'] == 0


def test_tasks_of_all_processes_are_counted(project: Path, worker: str) -> None:
    """A process that is killed takes its connections with it, and leaves its counts."""
    count = f'celery_tasks_total{{state="success",task="{TASK}"}}'
    limit = 'database_connections_limit{database="main"}'
    sent = 12
    processes = run_tasks(project, sent)
    assert len(processes) == 2
    # A result is there before its run has ended.
    wait_for("the last run", lambda: scrape(worker).get(count) == sent, 10)
    assert scrape(worker)[limit] == 10
    succeed(["uv", "run", "--no-sync", "python", "-c", CRASH], project)
    wait_for("its end", lambda: not all(Path(f"/proc/{it}").exists() for it in processes), 30)
    samples = scrape(worker)
    assert (samples[count], samples[limit]) == (sent, 5)
    assert samples[f'celery_task_duration_seconds_count{{task="{TASK}"}}'] == sent


def test_a_trace_goes_from_a_request_to_its_task(
    web: str, worker: str, collector: Collector
) -> None:
    """By the processes that were forked, each of which sends its spans."""
    get(f"{web}/send")
    wait_for("the task", lambda: collector.traces("/send") & collector.traces(f"run/{TASK}"), 30)
    (trace,) = collector.traces("/send")
    ours = {(service, name) for service, name, found in collector.spans if found == trace}
    assert ours == {
        ("rotarran", "/send"),
        ("rotarran", f"apply_async/{TASK}"),
        ("tasks", f"run/{TASK}"),
        ("tasks", "SELECT main"),
    }


def test_a_missing_package_is_one_line(project: Path) -> None:
    """For every process whose settings ask for it."""
    environment = {"ROTARRAN_METRICS__PORT": "9100", "PYTHONPATH": str(project / "var" / "without")}
    blocked = project / "var" / "without" / "sitecustomize.py"
    blocked.parent.mkdir()
    blocked.write_text(
        "import importlib.util\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: (\n"
        "    None if name == 'prometheus_client' else find(name, *rest)\n"
        ")\n"
    )
    worker = ["celery", "-A", "rotarran.tasks.worker", "worker"]
    for command in (["pserve", "development.ini"], worker):
        done = run(["uv", "run", "--no-sync", *command], project, environment=environment)
        *_, last = done.stderr.splitlines()
        assert done.returncode == 1
        assert last.endswith(
            "the variable ROTARRAN_METRICS__PORT asks for metrics, and prometheus-client is not "
            "installed: type `uv sync --inexact --extra metrics`"
        )
        assert "Traceback" not in done.stderr
