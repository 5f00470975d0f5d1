"""Quorum queues of RabbitMQ: delays that hold nobody up, and queues that are there already."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from baking import HELPERS, TEMPLATE
from kombu import Connection, Exchange, Queue
from servers import RabbitMQ, wait_for

SAMPLE = TEMPLATE / "{{cookiecutter.project_slug}}"
PATHS = f"{SAMPLE / 'framework'}:{SAMPLE / 'framework' / 'tests' / 'sample'}:{HELPERS}"
QUEUE = "qapla_sample"
WORKER = [
    "-m",
    "celery",
    "-A",
    "qapla_sample.tasks.worker",
    "worker",
    "--concurrency=1",
    "-l",
    "INFO",
]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, workplace: Path) -> Iterator[RabbitMQ]:
    """Return a broker of this module's own."""
    directory = workplace / "quorum"
    directory.mkdir(parents=True)
    server = RabbitMQ(directory)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def environment(broker: RabbitMQ, tmp_path: Path) -> dict[str, str]:
    """Return the variables of a project with quorum queues."""
    return {
        "PATH": "/usr/bin",
        "PYTHONPATH": PATHS,
        "QAPLA_SAMPLE_PATHS__VAR": str(tmp_path / "var"),
        "QAPLA_SAMPLE_CELERY__BROKER_URL": broker.url,
        "QAPLA_SAMPLE_CELERY__TASK_DEFAULT_QUEUE": tmp_path.name,
        "QAPLA_SAMPLE_CELERY__TASK_DEFAULT_QUEUE_TYPE": "quorum",
        "QAPLA_SAMPLE_CELERY__TASK_IGNORE_RESULT": "true",
        "QAPLA_SAMPLE_CELERY__IMPORTS": '["scripts.notes"]',
        "C_FORCE_ROOT": "1",
    }


def run(kind: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Send one task, or many."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.notes", kind],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_delayed_task_holds_no_other_up(environment: dict[str, str], tmp_path: Path) -> None:
    """Tasks with a countdown, and a retry of one, wait in the broker; the others run at once."""
    log = tmp_path / "worker.log"
    with log.open("w") as output:
        worker = subprocess.Popen(
            [sys.executable, *WORKER], env=environment, stdout=output, stderr=output
        )
    try:
        wait_for("the worker", lambda: " ready." in log.read_text())
        assert run("many", environment).returncode == 0
        wait_for("the tasks of now", lambda: log.read_text().count("RAN now-") == 5, 5)
        assert "RAN retry 0" in log.read_text()
        assert "RAN late" not in log.read_text()
        assert "RAN retry 1" not in log.read_text()
        wait_for("the delayed tasks", lambda: log.read_text().count("RAN late-") == 3, 30)
        wait_for("the retry", lambda: "RAN retry 1" in log.read_text(), 30)
        time.sleep(1)
        ran = [line for line in log.read_text().splitlines() if "RAN " in line]
        assert len(ran) == 10
    finally:
        worker.terminate()
        worker.wait(60)


def declare_classic(broker: RabbitMQ, name: str) -> None:
    """Make a classic queue, as a project has it that did not ask for another kind."""
    with Connection(broker.url) as connection:
        Queue(name, Exchange(name), name, channel=connection.default_channel).declare()


def test_a_queue_of_another_kind_is_one_line(
    broker: RabbitMQ, environment: dict[str, str], tmp_path: Path
) -> None:
    """For who sends, and for a worker, whose exit code says that it failed."""
    declare_classic(broker, tmp_path.name)
    line = (
        f"the broker has the queue '{tmp_path.name}' with another x-queue-type than the settings "
        "declare: choose another name, or once it is empty, type "
        f"`rabbitmqctl -p / delete_queue {tmp_path.name}`"
    )
    sender = run("one", environment)
    assert sender.returncode == 1
    assert sender.stderr.splitlines()[-1] == f"qapla.exceptions.QueueMismatch: {line}"
    worker = subprocess.run(
        [sys.executable, *WORKER],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert worker.returncode == 1
    assert line in worker.stderr + worker.stdout
    assert "Traceback" not in worker.stderr + worker.stdout
