"""Metrics of a project's own processes: two of gunicorn and two of a worker, each pair asked as one."""

import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import clean_environment, generate, succeed
from servers import answers, free_port, wait_for

Scrape = Callable[[], dict[str, float]]

TOKEN = "a-token-of-this-test"  # noqa: S105 (no secret)
EXTRAS = ["--extra", "gunicorn", "--extra", "metrics"]
SEND = """
from rotarran import main
from rotarran.databases.main.outbox import Outbox
from rotarran.tasks.main.ship import count_ships

main.run_command()
for _ in range(8):
    count_ships.delay()
with main.dbs["main"].get_session() as session:
    Outbox(session).send(count_ships.s())
    session.commit()
"""
PROBE = """
from rotarran.tasks.worker import app


@app.task
def pid() -> int:
    import os, time

    time.sleep(0.2)
    return os.getpid()
"""


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return a project with an outbox, and the two packages."""
    project, _ = generate(template, workplace / "metrics", GOOD_ANSWERS["two databases"])
    succeed(["uv", "sync", *EXTRAS], project)
    qapla = ["uv", "run", "--no-sync", "qapla"]
    succeed([*qapla, "add", "outbox", "main"], project)
    succeed([*qapla, "db", "upgrade"], project)
    return project


@contextmanager
def running(project: Path, name: str, *command: str, **environment: str) -> Iterator[None]:
    """Run a program of the project until the block ends."""
    log = project / "var" / f"{name}.log"
    with log.open("w") as output:
        program = subprocess.Popen(
            ["uv", "run", "--no-sync", *command],
            cwd=project,
            env=clean_environment(**environment),
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=60)


def get(url: str, token: str = "") -> tuple[int, str]:
    """Return the status and the text of an answer; each request has a connection of its own."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def scrape(url: str, token: str = "") -> dict[str, float]:
    """Return the samples of a scrape by their names and labels."""
    status, text = get(url, token)
    assert status == 200, text
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.fixture(scope="module")
def web(project: Path) -> Iterator[str]:
    """Serve the project by two processes of gunicorn; yields the URL."""
    port = free_port()
    conf = project / "gunicorn.conf.py"
    conf.write_text(conf.read_text().replace("0.0.0.0:6543", f"127.0.0.1:{port}"))
    command = ("gunicorn", "--paste", "production.ini")
    with running(project, "web", *command, ROTARRAN_METRICS__TOKEN=TOKEN):
        wait_for("gunicorn", lambda: answers(port), 60)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def worker(project: Path) -> Iterator[str]:
    """Run a worker of two processes; yields the URL of its metrics."""
    port = free_port()
    command = ("celery", "-A", "rotarran.tasks.worker", "worker", "-c", "2", "--loglevel=INFO")
    with running(project, "worker", *command, ROTARRAN_METRICS__PORT=str(port)):
        wait_for("the worker", lambda: answers(port), 60)
        yield f"http://127.0.0.1:{port}/metrics"


def test_requests_of_all_processes_are_counted(web: str) -> None:
    """By the pattern of the route; whichever process answers the scrape."""
    for number in range(20):
        get(f"{web}/ships/{number}")
        get(f"{web}/ships")
        get(f"{web}/nothing/{number}")
    found = [scrape(f"{web}/metrics", TOKEN) for _ in range(4)]
    for samples in found:
        counts = {
            name: value for name, value in samples.items() if name.startswith("http_requests_total")
        }
        print(counts)
