"""`/health/live` and `/health/ready`, with databases that are there, behind, missing or silent."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from qapla.database.database import Database

from qapla_sample.application.app import SampleApplication

Make = Callable[..., SampleApplication]


@pytest.fixture
def ready(sample: Any) -> SampleApplication:
    """Return the sample on SQLite, migrated."""
    for database in sample.dbs.values():
        database.dispose()
        Path(database.url.database).unlink()
        database.migrate()
    application: SampleApplication = sample
    return application


@pytest.fixture
def silent() -> Iterator[int]:
    """Return the port of a server that accepts connections, and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_live_asks_nothing(make_sample: Make) -> None:
    """It is 200 without a database, and is kept by nobody."""
    application = make_sample()
    application.probes["broker"] = lambda _: pytest.fail("asked")
    response = TestApp(application.run_wsgi()).get("/health/live")
    assert response.json == {"status": "live"}
    assert response.headers["Cache-Control"] == "no-store"


def test_ready(ready: SampleApplication) -> None:
    """Every database is at its head, and the broker is there."""
    response = TestApp(ready.run_wsgi()).get("/health/ready", status=200)
    checks = {"main": "ok", "analytics": "ok", "broker": "ok"}
    assert response.json == {"status": "ready", "checks": checks}
    assert response.headers["Cache-Control"] == "no-store"


def test_a_database_behind_its_head(ready: SampleApplication) -> None:
    """It is named, with its revision and its head."""
    ready.dbs["analytics"].downgrade("base")
    [head] = ready.dbs["analytics"].migrations.heads()
    response = TestApp(ready.run_wsgi()).get("/health/ready", status=503)
    assert response.json["checks"] == {
        "main": "ok",
        "analytics": f"revision none, head {head}",
        "broker": "ok",
    }


def test_a_database_ahead_of_the_code(ready: SampleApplication) -> None:
    """The old processes serve while the new code is rolled out."""
    with ready.dbs["main"].engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'newer'")
    TestApp(ready.run_wsgi()).get("/health/ready", status=200)


def test_a_missing_file_is_not_made(ready: SampleApplication) -> None:
    """SQLite would make it."""
    path = Path(str(ready.dbs["main"].url.database))
    ready.dbs["main"].dispose()
    path.unlink()
    response = TestApp(ready.run_wsgi()).get("/health/ready", status=503)
    assert response.json["checks"]["main"] == "the database does not exist"
    assert not path.exists()


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_silent_database(
    ready: SampleApplication, silent: int, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported in time, without its host and password, and has one thread at most."""
    url = f"{scheme}://worf:gowron@127.0.0.1:{silent}/x"
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    monkeypatch.setenv("QAPLA_SAMPLE_HEALTH_TIMEOUT", "0.2")
    webapp = TestApp(SampleApplication().run_wsgi())
    for _ in range(3):
        response = webapp.get("/health/ready", status=503)
        checks = {"main": "no answer within 0.2 seconds", "analytics": "ok", "broker": "ok"}
        assert response.json == {"status": "not ready", "checks": checks}
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("probe-main") == 1


def test_a_refused_connection_keeps_its_secrets(
    ready: SampleApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer has the kind of the error alone; the log has the server, and no password."""
    url = "postgresql+psycopg://worf:gowron@127.0.0.1:1/x"
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    response = TestApp(SampleApplication().run_wsgi()).get("/health/ready", status=503)
    assert response.json["checks"]["main"] == "unreachable (OperationalError)"
    assert "127.0.0.1" in caplog.text
    assert "gowron" not in caplog.text


def test_a_broker_that_is_away(
    ready: SampleApplication, monkeypatch: pytest.MonkeyPatch, silent: int
) -> None:
    """It is one of the checks, and a silent one too is reported in time."""
    for port, fault in (
        (1, "unreachable (OperationalError)"),
        (silent, "no answer within 0.2"),
    ):
        monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", f"amqp://a:gowron@127.0.0.1:{port}//")
        monkeypatch.setenv("QAPLA_SAMPLE_HEALTH_TIMEOUT", "0.2")
        webapp = TestApp(SampleApplication().run_wsgi())
        checks = webapp.get("/health/ready", status=503).json["checks"]
        assert checks["broker"].startswith(fault)
        assert checks["main"] == "ok"


def test_a_probe_of_the_project(ready: SampleApplication) -> None:
    """Whatever the project adds is asked too."""

    def search(seconds: float) -> str:
        raise ConnectionError

    ready.probes["search"] = search
    checks = TestApp(ready.run_wsgi()).get("/health/ready", status=503).json["checks"]
    assert checks["search"] == "unreachable (ConnectionError)"


def test_probes_name_any_host(make_sample: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting `hosts` is about the other URLs."""
    monkeypatch.setenv("QAPLA_SAMPLE_HOSTS", json.dumps(["example.com"]))
    webapp = TestApp(make_sample().run_wsgi())
    webapp.get("/health/live", headers={"Host": "10.0.0.1:6543"}, status=200)
    webapp.get("/health/live/x", headers={"Host": "10.0.0.1:6543"}, status=400)


def test_an_unmanaged_database_is_only_reached(tmp_path: Path, project: Any) -> None:
    """It has no revision of this project."""
    (tmp_path / "legacy.db").touch()
    url = f"PROBE_DATABASES__LEGACY__URL=sqlite:///{tmp_path}/legacy.db\n"
    application = project(dotenv=url, databases=(), unmanaged=("legacy",)).run_command()
    from qapla.ops.databases import database_probes

    assert database_probes(application.dbs)["legacy"](1) == "reachable, not managed"
    assert isinstance(application.dbs["legacy"], Database)
