"""One trace runs from a request over its statements to its tasks, and theirs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from qapla.database import application as module
from qapla.database.application import DatabaseApplication
from qapla.ops.traces import wanted
from qapla.ops.traces.carrier import carried_trace, continued_trace
from qapla.ops.traces.wanted import wants_traces

from qapla_sample.paths import SAMPLE, SOURCE
from support.errors import error_of

Project = Callable[..., DatabaseApplication]

REQUEST = "/send/{id:\\d+}"
TASK = "qapla_sample.tasks.ships.count_ships"
RETRIED = "qapla_sample.tasks.ships.log_context"


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the spans and the lines of a request, in a process of its own."""
    directory = tmp_path_factory.mktemp("traces")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{SAMPLE}:{SOURCE}",
        "QAPLA_SAMPLE_PATHS__VAR": str(directory / "var"),
        "QAPLA_SAMPLE_DATABASES__MAIN__URL": f"sqlite:///{directory}/main.db",
        "QAPLA_SAMPLE_DATABASES__ANALYTICS__URL": f"sqlite:///{directory}/analytics.db",
        "QAPLA_SAMPLE_TRACES": "true",
    }
    done = subprocess.run(
        [sys.executable, "-B", "-m", "programs.trace_request"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_trace_has_the_request_and_its_tasks(traced: Any) -> None:
    """A task that is sent at the commit, and one that has waited in the outbox, with their statements."""
    ours = [span for span in traced["spans"] if span["names"][0] == REQUEST]
    assert len({span["trace"] for span in ours}) == 1
    names = [span["names"][1:] for span in ours]
    assert [] in names
    assert ["INSERT main"] in names
    sent, run = f"apply_async/{TASK}", f"run/{TASK}"
    assert names.count([sent]) == 2
    assert names.count([sent, run]) == 2
    assert names.count([sent, run, "SELECT main"]) == 2


def test_a_retry_is_in_the_trace(traced: Any) -> None:
    """It is sent by the run before it."""
    names = [span["names"][1:] for span in traced["spans"]]
    assert [f"apply_async/{RETRIED}", f"run/{RETRIED}"] * 2 in names


def test_no_other_trace_has_spans(traced: Any) -> None:
    """Neither probes nor the statements of the relay."""
    assert {span["names"][0] for span in traced["spans"]} == {REQUEST}


def test_a_statement_has_no_values(traced: Any) -> None:
    """Its text has placeholders."""
    (insert,) = [
        span["attributes"]
        for span in traced["spans"]
        if span["attributes"].get("db.query.text", "").startswith("INSERT INTO ships")
    ]
    assert insert.pop("db.namespace").endswith("main.db")
    text = insert.pop("db.query.text")
    assert text.startswith("INSERT INTO ships (")
    assert insert == {
        "db.system.name": "sqlite",
        "db.operation.name": "INSERT",
        "qapla.database": "main",
    }
    assert "secret" not in json.dumps(traced)


def test_lines_of_the_log_have_the_trace(traced: Any) -> None:
    """The view's own, that of the access log, and those of the tasks."""
    (trace,) = {span["trace"] for span in traced["spans"]}
    lines = traced["lines"]
    assert {
        lines[name] for name in ("project", "qapla.web.monitoring.access", "celery.app.trace")
    } == {trace}


@pytest.mark.parametrize(
    ("variables", "asks"),
    [
        ({}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "x", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_EXPORTER": "console", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"OTEL_TRACES_EXPORTER": "console", "PROBE_TRACES": "false"}, False),
        ({"PROBE_TRACES": "true"}, True),
    ],
)
def test_the_variables_of_opentelemetry(
    project: Project, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], asks: bool
) -> None:
    """They turn traces on, and the setting has the last word."""
    monkeypatch.setattr(module, "instruments", lambda application: [])
    application = project()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_traces(application.run_command()) is asks


def test_traces_without_their_packages(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is refused in one line; the variables, which may be a cluster's, are left alone."""
    monkeypatch.setattr(wanted, "find_spec", lambda name: None)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    assert not wants_traces(project().run_command())
    assert error_of(project(dotenv="PROBE_TRACES=1\n")) == (
        "the variable PROBE_TRACES asks for traces, and OpenTelemetry is not installed: "
        "type `uv sync --inexact --extra traces`"
    )


def test_an_exporter_that_is_not_installed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line has its package."""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin_json")
    assert error_of(project(dotenv="PROBE_TRACES=1\n")) == (
        "the exporter of traces 'zipkin_json' is not installed: type "
        "`uv add opentelemetry-exporter-zipkin-json`, or set OTEL_TRACES_EXPORTER"
    )


def test_nothing_is_carried_without_a_trace() -> None:
    """A message has no more headers than before."""
    assert carried_trace() == {}
    with continued_trace(None):
        assert carried_trace() == {}
