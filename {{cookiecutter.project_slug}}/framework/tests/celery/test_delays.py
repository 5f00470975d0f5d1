"""A task that is due later than its broker keeps its message is refused before it is sent."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.signals import worker_init, worker_process_init

from qapla.celery.delays import visibility_timeout
from qapla.exceptions import DelayTooLong

from qapla_sample.application.app import SampleApplication

VARIABLE = "QAPLA_SAMPLE_CELERY__BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
TASK = "test_celery_delays.late"


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a task of an application whose broker is SQS; nothing connects to it."""
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__VAR", str(tmp_path / "var"))
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "sqs://")
    application = SampleApplication()
    application.run_command()
    yield application.celery.task(shared=False, name=TASK, bind=True)(late)
    worker_init.disconnect(application._prepare_worker)
    worker_process_init.disconnect(application._prepare_process)


def late(self: Any) -> None:
    """Return nothing."""


def soon(**delay: float) -> datetime:
    """Return a time from now on."""
    return datetime.now(UTC) + timedelta(**delay)


SENDS: list[Callable[[Any], Any]] = [
    lambda task: task.apply_async(countdown=7200),
    lambda task: task.apply_async(eta=soon(seconds=7200)),
    lambda task: task.apply_async(eta=soon(seconds=7200).isoformat()),
    lambda task: task.apply_async(eta=soon(seconds=7200).replace(tzinfo=None)),
    lambda task: task.s().set(countdown=7200).delay(),
    lambda task: task.app.send_task(TASK, countdown=7200),
    lambda task: task.app.send_task(TASK, None, None, 7200),
]


@pytest.mark.parametrize("send", SENDS)
def test_a_delay_beyond_the_visibility_timeout(task: Any, send: Callable[[Any], Any]) -> None:
    """SQS would give its message to one worker after the other, each of which would run it."""
    with pytest.raises(DelayTooLong) as caught:
        send(task)
    assert str(caught.value) == (
        f"the task {TASK} is due in 7200 seconds, and the broker gives its message to another worker "
        f"after 1800: set the variable {VARIABLE} to a longer time, or send it nearer to its time"
    )


def test_a_retry_beyond_the_visibility_timeout(task: Any) -> None:
    """The task fails with the error, where Celery would lose its message."""
    task.push_request(called_directly=False, id="x", retries=0, delivery_info={})
    try:
        for delay in ({"countdown": 7200}, {"eta": soon(seconds=7200)}):
            with pytest.raises(DelayTooLong):
                task.retry(**delay)
        task.default_retry_delay = 7200
        with pytest.raises(DelayTooLong):
            task.retry()
    finally:
        task.pop_request()


@pytest.mark.parametrize(
    ("broker", "options", "expected"),
    [
        ("redis://host", {}, 3600),
        (["rediss://host", "rediss://other"], None, 3600),
        ("sentinel://a;sentinel://b", {"visibility_timeout": 90}, 90),
        ("sqs://", {}, 1800),
        ("amqp://host", {"visibility_timeout": 90}, None),
        ("filesystem://localhost", {}, None),
        (None, {}, None),
    ],
)
def test_the_visibility_timeout_of_a_broker(broker: Any, options: Any, expected: Any) -> None:
    """Other brokers give a message to another worker when a connection is lost, and not by time."""
    assert visibility_timeout(broker, options) == expected


def test_the_setting_allows_longer_delays(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is refused that is due in time."""
    from qapla.celery.delays import refuse_long_delay

    refuse_long_delay(task.app, TASK, 1800, None)
    task.app.conf.broker_transport_options = {"visibility_timeout": 10_000}
    refuse_long_delay(task.app, TASK, 7200, None)
