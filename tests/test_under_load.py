"""Real workers under load: nothing is lost and nothing is done twice, whatever is killed meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from baking import TEMPLATE
from servers import PostgreSQL, RabbitMQ, Redis, Server, wait_for
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

PROJECT = TEMPLATE / "{{cookiecutter.project_slug}}"
PATHS = (
    PROJECT / "framework",
    PROJECT / "framework" / "tests" / "sample",
    TEMPLATE / "tests" / "helpers",
)
TASKS = 2_000
# A worker that has done nothing for as many seconds is stuck.
STUCK = 20
SENT = {"task-0", "task-1", "task-2"}


class Load:
    """A database, a broker, and the processes that work with them."""

    def __init__(self, broker_url: str | None, directory: Path) -> None:
        self.directory = directory
        self.postgres = PostgreSQL(directory / "postgres")
        self.postgres.start()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.worker: subprocess.Popen[bytes] | None = None
        # How many rows there were, and when that was first seen.
        self.seen = 0, time.monotonic()
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, PATHS)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "QAPLA_SAMPLE_PATHS__VAR": str(directory / "var"),
            "QAPLA_SAMPLE_DATABASES__MAIN__URL": self.postgres.url("load"),
        }
        if broker_url:
            self.environment["QAPLA_SAMPLE_CELERY__BROKER_URL"] = broker_url

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process, whose output is in a file of the directory."""
        number = len(self.processes)
        with (self.directory / f"process-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def supervise(self) -> subprocess.Popen[bytes]:
        """Start a worker as its user would, or again when it has ended or is stuck, as a supervisor does.

        With kombu 5.7 a worker may end when it acknowledges while Redis is away, and seldom it
        takes no more tasks after that. Source: celery, issue 10302.
        """
        if self.worker is not None and time.monotonic() - self.seen[1] > STUCK:
            self.kill(self.worker)
            self.seen = self.seen[0], time.monotonic()
        if self.worker is None or self.worker.poll() is not None:
            application = ("-A", "qapla_sample.tasks.worker")
            options = ("--loglevel=INFO", "--concurrency=3")
            self.worker = self.start("-m", "celery", *application, "worker", *options)
        return self.worker

    def engine(self) -> Engine:
        """Return an engine that keeps no connection."""
        return create_engine(self.postgres.url("load"), poolclass=NullPool)

    def ask(self, query: str) -> list[int]:
        """Return the first row of a query, or nothing while the server is away."""
        try:
            with self.engine().connect() as connection:
                return list(connection.execute(text(query)).one())
        except OperationalError:
            return []

    def done(self) -> int:
        """Return how many rows there are, while a worker is there."""
        count = sum(self.ask("SELECT count(*) FROM ships"))
        if count != self.seen[0]:
            self.seen = count, time.monotonic()
        self.supervise()
        return count

    def reached(self, count: float) -> bool:
        """Return whether there are so many rows."""
        return self.done() >= count

    def connections(self) -> int:
        """Return how many connections there are beside the one that asks."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'load' AND pid <> pg_backend_pid()"
        return sum(self.ask(query))

    def run(self, program: str, *arguments: str) -> int:
        """Run a program to its end; return its exit code."""
        return self.start("-m", f"scripts.{program}", *arguments).wait(60)

    def messages(self) -> list[str]:
        """Return the ids of the tasks in the development broker."""
        found = (self.directory / "var" / "broker" / "messages").glob("*.msg")
        return [json.loads(path.read_text())["headers"]["id"] for path in found]

    def stop(self) -> None:
        """Kill the processes that still run."""
        for process in self.processes:
            self.kill(process)
        self.postgres.kill()
        # pytest shows them when the test has failed.
        for log in sorted(self.directory.glob("process-*.log")):
            print(log.name, *log.read_text(errors="replace").splitlines()[-20:], sep="\n")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process with its children, if it still runs."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory that servers, which are other users under root, can reach."""
    path = Path(tempfile.mkdtemp(prefix="qapla-load-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def load(directory: Path) -> Iterator[Load]:
    """Return a migrated database, and the development broker."""
    load = Load(None, directory)
    assert load.run("migrate", "qapla_sample") == 0
    yield load
    load.stop()


def test_a_commit_that_does_not_take_place_sends_nothing(load: Load) -> None:
    """The process is killed before it: there is neither a row nor a message."""
    assert load.run("die", "write", "before_commit") == -signal.SIGKILL
    assert load.run("die", "relay", "never") == 0
    assert (load.ask("SELECT count(*) FROM ships"), load.messages()) == ([0], [])


@pytest.mark.parametrize(
    ("work", "point"),
    [
        ("write", "after_commit"),
        ("relay", "before_send"),
        ("relay", "after_send"),
        ("relay", "before_commit"),
        ("relay", "after_commit"),
    ],
)
def test_nothing_is_lost_between_commit_and_send(load: Load, work: str, point: str) -> None:
    """Wherever a process is killed, the next relay sends the missing messages, with the same ids."""
    if work == "relay":
        assert load.run("die", "write", "never") == 0
    assert load.run("die", work, point) == -signal.SIGKILL
    assert load.run("die", "relay", "never") == 0
    assert load.ask("SELECT count(*) FROM ships") == [1]
    assert load.ask("SELECT count(*) FROM outbox_messages") == [0]
    assert set(load.messages()) == SENT


@pytest.mark.parametrize("options", [("--concurrency=4",), ("--pool=threads", "--concurrency=4")])
def test_processes_do_not_share_the_connections_of_their_parent(
    load: Load, options: tuple[str, ...]
) -> None:
    """A thousand tasks work in a worker whose main process has used its engine before."""
    tasks = TASKS // 2
    worker = load.start("-m", "scripts.work_connected", "worker", "--loglevel=INFO", *options)
    assert load.run("send", str(tasks)) == 0
    wait_for("every row", lambda: load.ask("SELECT count(*) FROM ships") == [tasks])
    worker.terminate()
    assert worker.wait(60) == 0
    printed = (load.directory / "process-1.log").read_text()
    assert (printed.count("succeeded in"), "Traceback" in printed) == (tasks, False)
    assert load.connections() == 0


@pytest.mark.parametrize("kind", [Redis, RabbitMQ])
def test_nothing_is_lost_when_servers_are_killed(kind: type[Server], directory: Path) -> None:
    """Every row is there once: an outbox, two relays, late acknowledgement, and `acknowledge`.

    Redis is killed with a message that a worker has not read yet: only a message that
    stays in the outbox until its task takes it survives that.
    """
    (directory / "broker").mkdir()
    broker = kind(directory / "broker")
    broker.start()
    load = Load(broker.url, directory)
    try:
        subprocess.run(
            [sys.executable, "-m", "scripts.migrate", "qapla_sample"],
            env=load.environment,
            check=True,
        )
        relays = [load.start("-m", "scripts.relay") for _ in range(2)]
        feed = load.start("-m", "scripts.feed", str(TASKS))
        for share, server in ((4, broker), (2, load.postgres), (1.3, broker)):
            wait_for("a part of the work", partial(load.reached, TASKS / share))
            server.kill()
            time.sleep(1)
            server.start()
        wait_for("every row", lambda: load.done() >= TASKS)
        wait_for("an empty outbox", lambda: load.ask("SELECT count(*) FROM outbox_messages") == [0])
        assert feed.wait(60) == 0
        # A message that came twice has had its second run by now.
        assert load.ask("SELECT count(*), count(DISTINCT name) FROM ships") == [TASKS, TASKS]
        worker = load.supervise()
        for process in (worker, *relays):
            process.terminate()
        assert worker.wait(60) == 0
        for relay in relays:
            relay.wait(60)
        assert load.connections() == 0
    finally:
        load.stop()
        broker.kill()
