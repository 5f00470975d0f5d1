"""A worker that gets SIGTERM: the task in flight ends, and what is queued goes back to its broker."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from baking import HELPERS, TEMPLATE
from kombu import Connection
from servers import RabbitMQ, Redis, Server, wait_for

FRAMEWORK = TEMPLATE / "{{cookiecutter.project_slug}}" / "framework"
PATHS = (FRAMEWORK, FRAMEWORK / "tests" / "sample", HELPERS)
TASKS = 4


@pytest.fixture(params=[Redis, RabbitMQ])
def broker(request: pytest.FixtureRequest, tmp_path: Path, workplace: Path) -> Iterator[Server]:
    """Return a broker of the test's own."""
    directory = workplace / tmp_path.name
    directory.mkdir()
    server: Server = request.param(directory)
    server.start()
    yield server
    server.kill()


def start(broker: Server, directory: Path, *command: str) -> subprocess.Popen[bytes]:
    """Start a process of the tasks that wait."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, PATHS)),
        "QAPLA_SAMPLE_CELERY__BROKER_URL": broker.url,
        "QAPLA_SAMPLE_PATHS__VAR": str(directory / "var"),
        # Messages beside the one in work, which have to go back.
        "QAPLA_SAMPLE_CELERY__WORKER_PREFETCH_MULTIPLIER": "3",
        "HOLD_DIRECTORY": str(directory),
    }
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.hold", *command],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def queued(broker: Server) -> int:
    """Return the number of messages that wait for a worker."""
    with Connection(broker.url) as connection, connection.SimpleQueue("qapla_sample") as queue:
        return int(queue.qsize())


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_sigterm_drains_a_worker(broker: Server, pool: str, tmp_path: Path) -> None:
    """No task is lost, and none is cut off: each is done, or waits for another worker."""
    assert start(broker, tmp_path, "send", str(TASKS)).wait(60) == 0
    worker = start(broker, tmp_path, "worker", f"--pool={pool}", "--concurrency=1")
    try:
        wait_for("a task", (tmp_path / "started").exists)
        worker.send_signal(signal.SIGTERM)
        wait_for("the shutdown", lambda: "Warm shutdown" in (tmp_path / "log").read_text())
        (tmp_path / "go").touch()
        assert worker.wait(60) == 0
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
    done = len(list(tmp_path.glob("done-*")))
    assert done >= 1
    assert done + queued(broker) == TASKS
    assert not list((tmp_path / "var" / "heartbeats").iterdir())
