"""Values of Celery's settings that a worker would find out late: one line at preparation."""

from typing import Any

import pytest

from qapla.celery.settings.checks import check, check_together
from qapla.celery.settings.configuration import DEFAULTS, SOFT_TIME_LIMIT, TIME_LIMIT, configuration
from qapla.exceptions import SettingsError

from qapla_sample.application.app import SampleApplication

LIMIT = "expected a number of seconds above 0, or null for no limit"
BROKER = "expected a URL such as redis://host or amqp://user:password@host"
NUMBER, NO_NEGATIVE = "type a number", "expected a number that is not negative"


def source(*keys: str) -> str:
    """Return a name of a setting."""
    return ".".join(keys)


def refusal(**settings: Any) -> str:
    """Return the message about settings that are refused."""
    with pytest.raises(SettingsError) as caught:
        check(settings, source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("broker_url", 5, BROKER),
        ("broker_url", [], BROKER),
        ("broker_url", ["redis://a", 5], BROKER),
        ("result_backend", 5, "type a text"),
        ("task_time_limit", -1, LIMIT),
        ("task_time_limit", 0, LIMIT),
        ("task_time_limit", "x", LIMIT),
        ("task_soft_time_limit", True, LIMIT),
        ("timezone", "Europe/Quonos", "there is no such time zone; type for example Europe/Paris"),
        ("timezone", "../etc", "there is no such time zone; type for example Europe/Paris"),
        ("timezone", 5, "type a text"),
        ("task_serializer", "jsno", "expected one of json, msgpack, pickle, yaml"),
        ("result_serializer", 5, "expected one of json, msgpack, pickle, yaml"),
        ("accept_content", ["jsno"], "expected names out of json, msgpack, pickle, yaml"),
        ("accept_content", "json", "type a JSON list"),
        ("worker_prefetch_multiplier", -1, NO_NEGATIVE),
        ("worker_prefetch_multiplier", [1], NUMBER),
        ("worker_concurrency", 0, "expected a number of processes above 0"),
        ("worker_concurrency", "two", "expected a number of processes above 0"),
        ("result_expires", -5, NO_NEGATIVE),
        ("result_expires", "soon", NUMBER),
        ("beat_schedule", [], "type a JSON object"),
        ("broker_transport_options", 7, "type a JSON object"),
        ("task_acks_late", "no", "type true or false"),
        ("task_acks_late", 7, "type true or false"),
        ("task_default_queue", 7, "type a text"),
        ("task_default_queue_type", "quorom", "expected classic or quorum"),
        ("imports", 7, "type a JSON list"),
    ],
)
def test_a_value_that_cannot_be_right(name: str, value: object, reason: str) -> None:
    """The text has the name and no value, which may be a secret."""
    assert refusal(**{name: value}) == f"celery.{name} is wrong: {reason}"


def test_an_unknown_compression() -> None:
    """The algorithms are those of the installed packages."""
    text = refusal(task_compression="zipp")
    assert text.startswith("celery.task_compression is wrong: expected one of ")
    assert "application/x-gzip" in text


def test_values_that_are_right() -> None:
    """None is Celery's default; a number may stand where Celery documents a text."""
    settings = {
        "task_time_limit": None,
        "broker_url": ["redis://a", "redis://b"],
        "broker_use_ssl": {"ca_certs": "/etc/ca.pem"},
        "task_queues": [],
        "task_default_priority": 3,
        "result_cache_max": -1,
        "timezone": "Europe/Paris",
        "accept_content": ["json", "application/x-yaml"],
        "task_compression": "gzip",
        "worker_concurrency": 2,
        "task_default_rate_limit": "10/m",
        "enable_utc": 1,
        "my_extension": object(),
    }
    check(settings, source)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"task_serializer": "pickle"},
            "celery.task_serializer is wrong: workers accept json alone, by the setting accept_content",
        ),
        (
            {"result_serializer": "yaml", "result_accept_content": ["json", "pickle"]},
            "celery.result_serializer is wrong: workers accept json, pickle alone, by the setting "
            "result_accept_content",
        ),
        (
            {"task_soft_time_limit": 90, "task_time_limit": 60},
            "celery.task_soft_time_limit is wrong: task_time_limit, 60 seconds, is shorter",
        ),
        (
            {"task_time_limit": 7200, "broker_url": "redis://host"},
            "celery.task_time_limit is wrong: the broker gives a message to another worker after 3600 "
            "seconds, so that a longer task runs twice: set visibility_timeout in "
            "broker_transport_options to a longer time",
        ),
    ],
)
def test_settings_that_do_not_go_together(settings: dict[str, Any], line: str) -> None:
    """Each is right alone."""
    with pytest.raises(SettingsError) as caught:
        check_together({**DEFAULTS, "broker_url": "amqp://host", **settings}, source)
    assert str(caught.value) == line


@pytest.mark.parametrize(
    ("settings", "soft", "hard"),
    [
        ({}, SOFT_TIME_LIMIT, TIME_LIMIT),
        ({"task_time_limit": 33}, 30, 33),
        ({"task_time_limit": 900}, SOFT_TIME_LIMIT, 900),
        ({"task_soft_time_limit": 600}, 600, 630),
        ({"task_soft_time_limit": 10}, 10, TIME_LIMIT),
        ({"task_soft_time_limit": None, "task_time_limit": None}, None, None),
    ],
)
def test_one_time_limit_brings_the_other_along(
    settings: dict[str, Any], soft: float | None, hard: float | None, tmp_path: Any
) -> None:
    """The default of the other one would be on its wrong side."""
    made = configuration(settings, var=tmp_path, queue="q", include=[])
    assert (made["task_soft_time_limit"], made["task_time_limit"]) == (soft, hard)


@pytest.mark.parametrize(
    ("broker", "results"),
    [
        ("amqp://host//", "rpc://"),
        ("redis://host/1", "redis://host/1"),
        (["sentinel://a;sentinel://b"], "sentinel://a;sentinel://b"),
        ("filesystem://localhost", "file://"),
    ],
)
def test_results_of_a_broker_in_the_network_stay_on_no_machine(
    broker: object, results: str, tmp_path: Any
) -> None:
    """A file would be seen by workers of one machine alone."""
    made = configuration({"broker_url": broker}, var=tmp_path, queue="q", include=[])
    assert made["result_backend"].startswith(results)


def test_a_wrong_setting_ends_every_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server would find it out at the first task that a request sends."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__TASK_TIME_LIMIT", "-1")
    for run in ("run_wsgi", "run_command", "run_worker", "run_tests"):
        with pytest.raises(SettingsError) as caught:
            getattr(SampleApplication(), run)()
        assert str(caught.value) == (
            f"the variable QAPLA_SAMPLE_CELERY__TASK_TIME_LIMIT is wrong: {LIMIT}"
        )


@pytest.mark.parametrize(("development", "only"), [(True, ""), (False, " --no-dev")])
def test_redis_needs_its_package(
    monkeypatch: pytest.MonkeyPatch, development: bool, only: str
) -> None:
    """In production the command must not install the dependencies of development."""
    monkeypatch.setattr("qapla.celery.settings.checks.find_spec", lambda name: None)
    with pytest.raises(SettingsError) as caught:
        check({"broker_url": "redis://localhost"}, source, development=development)
    assert str(caught.value) == (
        "celery.broker_url needs the package redis, which is not installed: "
        f"type `uv sync --inexact{only} --extra redis`"
    )
