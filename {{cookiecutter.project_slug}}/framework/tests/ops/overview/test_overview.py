"""The state of an application, with databases and brokers that are there or not."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qapla.ops.overview.overview import Overview
from qapla.ops.overview.state import State

from qapla_sample.application.app import SampleApplication

Ask = Callable[..., State]


@pytest.fixture
def ask(sample: SampleApplication) -> Ask:
    """Return a function that asks for the state of the sample, or of another application."""

    def ask(application: SampleApplication = sample, seconds: float = 2, **options: Any) -> State:
        probes = {"broker": lambda _: "memory://", **options.pop("probes", {})}
        workers = options.pop("workers", lambda _: ["celery@host"])
        detailed = options.pop("detailed", True)
        return Overview(application.dbs, probes, workers, seconds, detailed=detailed).ask()

    return ask


def test_a_database_that_is_ready(sample: SampleApplication, ask: Ask) -> None:
    """Its revision, its heads, and the connections of its pool that are in use."""
    database = sample.dbs["main"]
    database.dispose()
    Path(str(database.url.database)).unlink()
    database.migrate()
    heads = database.migrations.heads()
    with database.engine.connect():
        state = ask().databases[0]
    assert (state.name, state.engine, state.ready) == ("main", "SQLite", True)
    assert (state.finding, state.heads) == (f"revision {heads[0]}", tuple(heads))
    assert (state.pool.used, state.pool.most) == (1, 3)
    assert state.counts["ships"].rows == 0


def test_a_refused_connection(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver's own words are for developers; the password is for nobody."""
    url = "postgresql+psycopg://worf:gowron@127.0.0.1:1/x?sslpassword=gowron"
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    application = SampleApplication().run_command()
    detailed = ask(application).databases[0]
    plain = ask(application, detailed=False).databases[0]
    assert "port 1 failed" in detailed.finding
    assert plain.finding == plain.counted == "unreachable (OperationalError)"
    assert detailed.place == "postgresql+psycopg://worf:***@127.0.0.1:1/x?sslpassword=***"
    assert "gowron" not in f"{detailed}{plain}"


def test_a_silent_server_is_given_up(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others have their findings meanwhile."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        url = f"postgresql+psycopg://worf@127.0.0.1:{server.getsockname()[1]}/x"
        monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
        state = ask(SampleApplication().run_command(), seconds=0.3)
    main, analytics = state.databases
    assert main.finding == main.counted == "no answer within 0.3 seconds"
    assert analytics.counts["events"].rows == 0


def test_workers_are_asked_through_the_broker_alone(ask: Ask) -> None:
    """Without it they would not answer; a worker that answers late is none."""

    def away(seconds: float) -> str:
        raise ConnectionError("refused")

    state = ask(probes={"broker": away}, workers=lambda _: pytest.fail("asked"))
    assert (state.services["broker"], state.workers) == (
        (False, "unreachable (ConnectionError): refused"),
        None,
    )
    assert ask().workers == ("celery@host",)

    def late(seconds: float) -> list[str]:
        time.sleep(1)
        return ["celery@host"]

    assert ask(seconds=0.05, workers=late).workers == ()
