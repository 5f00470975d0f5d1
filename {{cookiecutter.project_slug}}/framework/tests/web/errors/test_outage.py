"""An outage of a database: clients are told to come again, and the log stays short."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from webtest import TestApp

from qapla.database.database import Database
from qapla.web.errors import exceptions
from qapla.web.errors.repeats import Repeats

from qapla_sample.application.app import SampleApplication
from support.serving import plugins

View = Callable[[Any], Any]
UNAVAILABLE = {
    "title": "Service Unavailable",
    "status": 503,
    "detail": "the database is not available: try again later",
}


@pytest.fixture(autouse=True)
def nothing_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the lines that other tests have logged."""
    monkeypatch.setattr(exceptions, "_repeats", Repeats(seconds=3600))


def executing(statement: str) -> View:
    """Return a view that executes a statement in the database `main`."""

    def view(request: Any) -> None:
        request.main.execute(text(statement))

    return view


@pytest.fixture
def closed_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_server_that_is_away_is_503_and_one_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    closed_port: int,
    driver: str,
) -> None:
    """The client is told when to try again, and a hundred requests log one line without a traceback."""
    url = f"{driver}://somebody:secret@127.0.0.1:{closed_port}/away"
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    monkeypatch.setattr(SampleApplication, "append_web_plugins", plugins(executing("SELECT 1")))
    webapp = TestApp(SampleApplication().run_wsgi())
    for _ in range(100):
        answer = webapp.get("/view", status=503)
        assert (answer.json, answer.headers["Retry-After"]) == (UNAVAILABLE, "5")
    (record,) = caplog.records
    assert record.message.startswith("503 for GET /view: OperationalError: ")
    assert str(closed_port) in record.message or "2003" in record.message
    assert "secret" not in caplog.text
    assert len(caplog.text.splitlines()) == 1


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_a_database_that_is_not_there_is_503(
    at_place: Callable[[View], TestApp], caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the command to type."""
    assert at_place(executing("SELECT 1")).get("/view", status=503).json == UNAVAILABLE
    assert "type `uv run qapla db upgrade --database main`" in caplog.messages[0]
    assert len(caplog.text.splitlines()) == 1


@pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
def test_a_table_that_is_not_there_is_503(
    at_place: Callable[[View], TestApp],
    place: Callable[..., Database],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Before an upgrade the log has the command to type."""
    place("errors_test").create()
    assert at_place(executing("SELECT * FROM ships")).get("/view", status=503).json == UNAVAILABLE
    assert "type `uv run qapla db upgrade --database main`" in caplog.messages[0]
    assert len(caplog.text.splitlines()) == 1


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_an_exhausted_pool_is_503(
    at_place: Callable[[View], TestApp], place: Callable[..., Database]
) -> None:
    """A request that waited in vain for a connection may come again."""
    place("errors_test").create()

    def fill(request: Any) -> Any:
        connections = [request.registry["dbs"]["main"].engine.connect() for _ in range(5)]
        try:
            request.main.connection()
        finally:
            for connection in connections:
                connection.close()

    assert at_place(fill).get("/view", status=503).json == UNAVAILABLE


def test_a_line_that_repeats_is_counted() -> None:
    """Within the period it is left out; after it, its count is returned, and each line has its own."""
    repeats = Repeats(seconds=3600)
    assert [repeats.count("away") for _ in range(3)] == [0, None, None]
    assert repeats.count("full") == 0
    repeats._seconds = 0
    assert [repeats.count("away"), repeats.count("away")] == [2, 0]


def test_lines_that_all_differ_are_not_kept() -> None:
    """The memory of the lines is bounded."""
    repeats = Repeats(seconds=3600)
    for number in range(1000):
        assert repeats.count(str(number)) == 0
    assert len(repeats._logged) <= 100
