"""Whether a process measures itself, its pools and outboxes, and the port on which it shows them."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import create_engine

from qapla.database.application import DatabaseApplication
from qapla.ops.metrics import processes
from qapla.ops.metrics.exposition import make_registry, serve_metrics
from qapla.ops.metrics.outboxes import OutboxLag
from qapla.ops.metrics.wanted import wants_metrics
from qapla.ops.pools import PoolFigures, pool_figures, pool_limit
from qapla.settings import MetricsSettings

from qapla_sample.databases.main.outbox import OutboxMessage
from support.errors import error_of

Project = Callable[..., DatabaseApplication]


@pytest.mark.parametrize(
    ("variable", "asks"),
    [("PORT=9100", "PORT"), ("TOKEN=a-token-of-the-test", "TOKEN"), ("PATH=/m", "")],
)
def test_metrics_without_their_package(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, asks: str
) -> None:
    """Whoever asks for them reads in one line which package is missing."""
    monkeypatch.setattr("qapla.ops.metrics.wanted.find_spec", lambda name: None)
    application = project(dotenv=f"PROBE_METRICS__{variable}\n")
    if not asks:
        assert not wants_metrics(application.run_command())
        return
    assert error_of(application) == (
        f"the variable PROBE_METRICS__{asks} asks for metrics, and prometheus-client is not "
        "installed: type `uv sync --inexact --extra metrics`"
    )


def test_tests_ask_by_a_setting_alone(project: Project) -> None:
    """A run of tests starts faster without them."""
    assert not wants_metrics(project().run_tests())
    assert wants_metrics(project(dotenv="PROBE_METRICS__PORT=9100\n").run_tests())


@pytest.mark.parametrize(("line", "works"), [("PORT=9100", True), ("TOKEN=" + 16 * "x", False)])
def test_a_process_measures_itself_where_it_is_asked(
    project: Project, line: str, works: bool
) -> None:
    """A worker on its port, and the web for its token; in development the web does by default."""
    application = project(dotenv=f"PROBE_METRICS__{line}\n").run_worker()
    assert wants_metrics(application) is works
    application.purpose = "wsgi"
    application.settings.environment = "production"
    assert wants_metrics(application) is not works


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("PROT=1", "PROT is unknown; known: port, host, token, path"),
        ("PORT=0", "PORT is wrong: Input should be greater than or equal to 1"),
        (
            "TOKEN=short",
            "TOKEN is wrong: Value should have at least 16 items after validation, not 5",
        ),
        ("PATH=x", "PATH is wrong: String should match pattern '^/[A-Za-z0-9/_.-]+$'"),
    ],
)
def test_a_wrong_setting(project: Project, line: str, text: str) -> None:
    """One line, without the token."""
    application = project(dotenv=f"PROBE_METRICS__{line}\n")
    assert error_of(application) == f"the variable PROBE_METRICS__{text}"


def figures(application: Any) -> PoolFigures:
    """Return the figures of the pool of `main`."""
    found = pool_figures(application.dbs["main"])
    assert found is not None
    return found


def test_the_figures_of_a_pool(sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread waits while the pool is empty; disposing of the pool changes none of it."""
    from qapla_sample.application.app import SampleApplication

    for name, value in {"POOL_SIZE": 1, "MAX_OVERFLOW": 0}.items():
        monkeypatch.setenv(f"QAPLA_SAMPLE_DATABASES__MAIN__OPTIONS__{name}", str(value))
    application = SampleApplication().run_command()
    engine = application.dbs["main"].engine
    engine.connect().close()
    application.dbs["main"].dispose()
    assert figures(application) == PoolFigures(0, 0, 0, 1)
    connection = engine.connect()
    waiter = threading.Thread(target=lambda: engine.connect().close())
    waiter.start()
    deadline = time.monotonic() + 10
    while figures(application).waiting == 0 and time.monotonic() < deadline:
        time.sleep(0.001)
    found = figures(application)
    in_use = REGISTRY.get_sample_value("database_connections_in_use", {"database": "main"})
    connection.close()
    waiter.join()
    assert (found, in_use) == (PoolFigures(1, 0, 1, 1), 1)
    assert figures(application) == PoolFigures(0, 1, 0, 1)
    application.dbs["main"].dispose()


def test_figures_without_a_pool(make_sample: Callable[..., Any], project: Project) -> None:
    """An unused database has no connections; an engine without a queue has no figures."""
    unused = project().run_command()
    assert figures(unused) == PoolFigures(0, 0, 0, 5)
    assert pool_limit({"max_overflow": -1}) is None
    application = make_sample()
    database = application.dbs["main"]
    database.dispose()
    database.connections._engine = create_engine("sqlite://")
    assert pool_figures(database) is None


def test_the_lag_of_an_outbox(sample: Any) -> None:
    """Parked messages and those of later do not wait; a database without an outbox is left out."""
    lag = OutboxLag(sample.dbs, 5)

    def measured() -> dict[str, float]:
        registry = make_registry([lag])
        names = ("outbox_messages_waiting", "outbox_oldest_message_age_seconds")
        found = (registry.get_sample_value(name, {"database": "main"}) for name in names)
        return dict(zip(names, (value for value in found if value is not None), strict=False))

    assert measured() == {"outbox_messages_waiting": 0, "outbox_oldest_message_age_seconds": 0}
    now = datetime.now(UTC)
    with sample.dbs["main"].get_session() as session:
        for number, due in enumerate((None, now + timedelta(1), now, now - timedelta(hours=1))):
            values = {"message": "{}", "until_acknowledged": False, "attempts": 0, "due_at": due}
            session.add(OutboxMessage(task_id=str(number), **values))
        session.commit()
    found = measured()
    assert found["outbox_messages_waiting"] == 2
    assert 3600 <= found["outbox_oldest_message_age_seconds"] < 3700


def test_a_database_that_is_away_is_left_out(sample: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The other figures are shown, and the log says which one is missing."""
    lag = OutboxLag(sample.dbs, 5)
    sample.dbs["main"].dispose()
    Path(str(sample.dbs["main"].url.database)).unlink()
    registry = make_registry([lag])
    assert registry.get_sample_value("outbox_messages_waiting", {"database": "main"}) is None
    assert "the outbox of 'main' was not measured: unreachable (DatabaseNotFound)" in caplog.text


def test_a_port(caplog: pytest.LogCaptureFixture) -> None:
    """It shows the metrics; one that is in use is an error in the log, and none of the work."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = MetricsSettings(port=port)
    registry = make_registry([])
    serve_metrics(MetricsSettings(), registry)
    serve_metrics(settings, registry)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"http_requests_total" in answer.read()
    serve_metrics(settings, registry)
    error = f"metrics cannot be served on 127.0.0.1:{port}: Address already in use"
    assert [it.getMessage() for it in caplog.records if it.levelname == "ERROR"] == [error]


FORKED = """
import os, signal, sys
from qapla.ops.metrics import processes

processes.share_files()
directory = os.environ[processes.VARIABLE]
from qapla.ops.metrics.definitions import IN_USE, TASKS
from qapla.ops.metrics.exposition import make_registry

for way in ("forgotten", "killed"):
    ready, write = os.pipe()
    if not (pid := os.fork()):
        TASKS.labels("t", "success").inc()
        IN_USE.labels("main").inc()
        os.write(write, b"x")
        signal.pause()
    os.read(ready, 1)
    registry = make_registry([])
    value = registry.get_sample_value
    print(value("celery_tasks_total", {"task": "t", "state": "success"}),
          value("database_connections_in_use", {"database": "main"}))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if way == "forgotten":
        processes.forget_process(pid)
    print(value("celery_tasks_total", {"task": "t", "state": "success"}),
          value("database_connections_in_use", {"database": "main"}))
print(directory)
"""


def test_forked_processes_share_files() -> None:
    """Counts stay when a process has ended, and its gauges go; so does the directory at the end."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop(processes.VARIABLE, None)
    command = [sys.executable, "-B", "-c", FORKED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    *lines, directory = done.stdout.splitlines() or [done.stderr]
    assert lines == ["1.0 1.0", "1.0 None", "2.0 1.0", "2.0 None"], done.stderr
    assert not Path(directory).exists()


def test_no_directory_without_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn asks for it whether or not the extra is installed."""
    monkeypatch.delenv(processes.VARIABLE, raising=False)
    monkeypatch.delitem(sys.modules, processes.PACKAGE)
    monkeypatch.setattr(processes, "find_spec", lambda name: None)
    processes.share_files()
    assert processes.VARIABLE not in os.environ
