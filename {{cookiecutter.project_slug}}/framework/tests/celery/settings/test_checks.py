"""A wrong setting of a worker, or of whoever sends a task, is one line that names it."""

from typing import Any

import pytest
from celery import Celery
from celery.bin.celery import celery as command
from click.testing import CliRunner

from qapla.celery.settings.checks import check
from qapla.celery.task import Task
from qapla.exceptions import SettingsError

from qapla_sample.application.app import SampleApplication

UNKNOWN = (
    "the variable QAPLA_SAMPLE_DATABASES__NONE__URL: there is no database 'none'; "
    "known: main, analytics"
)


@pytest.fixture
def celery(monkeypatch: pytest.MonkeyPatch) -> "Celery[Task]":
    """Return the Celery of an application one of whose variables is wrong."""
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__NONE__URL", "sqlite://")
    return SampleApplication().celery


@pytest.mark.parametrize("name", ["worker", "beat", "status", "report"])
def test_a_command_ends_with_one_line(celery: "Celery[Task]", name: str) -> None:
    """As a server does whose settings are wrong: no traceback, and an exit code."""
    ended = CliRunner().invoke(command, ["--app", celery, name])  # type: ignore[list-item]
    assert (ended.exit_code, ended.output) == (1, f"{UNKNOWN}\n")


def test_who_sends_a_task_gets_the_error_each_time(celery: "Celery[Task]") -> None:
    """Celery would forget its configuration, and go on with a broker on localhost."""

    @celery.task(shared=False)
    def task() -> None: ...

    for _ in range(2):
        with pytest.raises(SettingsError) as caught:
            task.delay()
        assert str(caught.value) == UNKNOWN


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("broker_ulr", "x", "is unknown: Celery's setting is broker_url"),
        ("task_acks_late", "no", "is wrong: type true or false"),
        ("worker_prefetch_multiplier", "few", "is wrong: type a number"),
        ("broker_transport_options", "a=1", "is wrong: type a JSON object"),
        ("accept_content", "json", "is wrong: type a JSON list"),
        (
            "broker_url",
            "hippo://secret",
            "is wrong: it begins as no URL of Celery; "
            "type redis://host or amqp://user:password@host",
        ),
        (
            "result_backend",
            "rpc://;hippo://secret",
            "is wrong: it begins as no URL of Celery; type redis://host or file:///directory",
        ),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(name: str, value: str, text: str) -> None:
    """The text has no value, which may be a secret."""
    with pytest.raises(SettingsError) as caught:
        check({name: value}, lambda *keys: ".".join(keys))
    assert str(caught.value) == f"celery.{name} {text}"


def test_redis_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery would say that None has no attribute."""
    monkeypatch.setattr("qapla.celery.settings.checks.find_spec", lambda name: None)
    with pytest.raises(SettingsError) as caught:
        check({"broker_url": "rediss://localhost"}, lambda *keys: ".".join(keys))
    assert str(caught.value) == (
        "celery.broker_url needs the package redis, which is not installed: "
        "type `uv sync --inexact --extra redis`"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("broker_url", "amqp://one//;amqp://two//"),
        ("broker_url", ["redis://localhost"]),
        ("broker_url", "sqla+sqlite:///broker.db"),
        ("broker_url", "package.module:Transport://"),
        ("result_backend", "db+sqlite:///results.db"),
        ("result_backend", "disabled"),
        ("task_time_limit", 5),
        ("redbeat_key_prefix", "of an extension"),
    ],
)
def test_a_setting_that_may_be_right_is_left_to_celery(name: str, value: Any) -> None:
    """Extensions have settings of their own."""
    check({name: value}, lambda *keys: ".".join(keys))
