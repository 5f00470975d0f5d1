"""The same tasks and the same tests on every broker and in every pool."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from amqp.exceptions import NotFound
from answers import GOOD_ANSWERS
from baking import TEMPLATE, generate, succeed
from kombu import Connection
from servers import RabbitMQ, Redis, Server

WORKER = "{{cookiecutter.project_slug}}/framework/tests/celery/test_worker.py"
# kombu's own clock of bindings, which names no queue of ours.
KEPT = {"_kombu.binding_deadlines"}


@pytest.fixture(scope="module", params=[Redis, RabbitMQ])
def broker(request: pytest.FixtureRequest, workplace: Path) -> Iterator[Server]:
    """Return a broker of this module's own."""
    directory = workplace / request.param.__name__
    directory.mkdir(parents=True)
    server: Server = request.param(directory)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return a generated project with the extra that Redis needs."""
    project, _ = generate(template, workplace / "brokers", GOOD_ANSWERS["two databases"])
    succeed(["uv", "sync", "--quiet", "--extra", "redis"], project)
    return project


def run_worker_tests(**settings: str) -> None:
    """Run the framework's tests of a worker with settings of Celery."""
    variables = {f"QAPLA_SAMPLE_CELERY__{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", WORKER]
    assert " passed" in succeed(command, TEMPLATE, **variables)


def left_in(broker: Server, queue: str) -> set[str]:
    """Return the keys of a broker that tests with some queue have left."""
    with Connection(broker.url) as connection:
        channel: Any = connection.default_channel
        if isinstance(broker, Redis):
            # Results are gone after a while.
            keys = [key for key in channel.client.keys("*") if channel.client.ttl(key) < 0]
            return {key.decode() for key in keys} - KEPT
        found = set()
        for name in (queue, f"{queue}.pidbox", f"reply.{queue}.pidbox", f"{queue}.events"):
            for declare in ("queue_declare", "exchange_declare"):
                arguments = [name] if declare == "queue_declare" else [name, "direct"]
                # An error closes the channel.
                with connection.channel() as channel, contextlib.suppress(NotFound):
                    getattr(channel, declare)(*arguments, passive=True)
                    found.add(name)
        return found


def test_a_worker_does_the_same_on_every_broker(broker: Server, workplace: Path) -> None:
    """Groups, chains, chords, retries and the outbox, in another pool with each broker.

    RabbitMQ's own results know no chords.
    """
    settings = {"broker_url": broker.url, "worker_pool": "prefork"}
    if isinstance(broker, RabbitMQ):
        (workplace / "results").mkdir()
        results = f"file://{workplace / 'results'}"
        settings |= {"worker_pool": "threads", "result_backend": results}
    run_worker_tests(**settings)
    assert left_in(broker, "qapla_sample_test") == set()


def test_a_worker_does_the_same_in_one_process() -> None:
    """On the development broker, where `framework/tests` has the pool of several."""
    run_worker_tests(worker_pool="solo")


def test_the_tests_of_tasks_of_a_project_pass_on_every_broker(
    project: Path, broker: Server
) -> None:
    """The messages of development are still there, and none of the tests."""
    with Connection(broker.url) as connection, connection.SimpleQueue("rotarran") as queue:
        queue.put("a message of development")
        before = left_in(broker, "rotarran_test")
        command = ["uv", "run", "--extra", "redis", "pytest", "-q", "-k", "Tasks"]
        printed = succeed(command, project, ROTARRAN_CELERY__BROKER_URL=broker.url)
        assert " passed" in printed
        assert left_in(broker, "rotarran_test") == before
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == "a message of development"
