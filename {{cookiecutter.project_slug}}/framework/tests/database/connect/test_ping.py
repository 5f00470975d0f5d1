"""Which pooled connections are asked whether they still work."""

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from qapla.database.connect import ping
from qapla.database.database import Database

pytestmark = pytest.mark.unguarded_databases


@pytest.fixture
def engine(fleet: Database) -> Iterator[Engine]:
    """Return an engine with one connection in its pool, idle from now on."""
    engine = fleet.at(fleet.target).engine
    engine.connect().close()
    yield engine
    engine.dispose()


@pytest.fixture
def asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Return the pings of connections, as they happen."""
    asked = Mock(side_effect=engine.dialect.do_ping)
    monkeypatch.setattr(engine.dialect, "do_ping", asked)
    return asked


@pytest.mark.parametrize(("idle", "times"), [(0.0, 1), (60.0, 0)])
def test_a_connection_is_asked_after_a_while(
    engine: Engine, asked: Mock, monkeypatch: pytest.MonkeyPatch, idle: float, times: int
) -> None:
    """One that has worked a moment ago is not."""
    monkeypatch.setattr(ping, "IDLE_SECONDS", idle)
    engine.connect().close()
    assert asked.call_count == times


def test_a_new_connection_is_not_asked(
    engine: Engine, asked: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made just now."""
    monkeypatch.setattr(ping, "IDLE_SECONDS", 0.0)
    engine.dispose()
    engine.connect().close()
    assert asked.call_count == 0


@pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
@pytest.mark.parametrize("idle", [0.0, 60.0])
def test_a_connection_that_was_lost_is_replaced(
    engine: Engine, fleet: Database, monkeypatch: pytest.MonkeyPatch, idle: float
) -> None:
    """After a while nobody notices; within it one statement fails, and no other."""
    monkeypatch.setattr(ping, "IDLE_SECONDS", idle)
    pid = text("SELECT pg_backend_pid()")
    with engine.connect() as connection, engine.connect() as second:
        lost = [connection.scalar(pid), second.scalar(pid)]
    with fleet.engine.connect() as connection:
        for backend in lost:
            connection.execute(text(f"SELECT pg_terminate_backend({backend}, 5000)"))
    if idle:
        with pytest.raises(OperationalError), engine.connect() as connection:
            connection.scalar(pid)
    for _ in range(2):
        with engine.connect() as connection, engine.connect() as second:
            assert not {connection.scalar(pid), second.scalar(pid)} & set(lost)


@pytest.mark.parametrize("always", [True, False])
def test_the_options_have_the_last_word(
    fleet: Database, monkeypatch: pytest.MonkeyPatch, always: bool
) -> None:
    """With SQLAlchemy's own `pool_pre_ping`, whatever it says, nothing else asks."""
    monkeypatch.setattr(ping, "IDLE_SECONDS", 0.0)
    options = {**fleet.target.options, "pool_pre_ping": always}
    engine = fleet.at(replace(fleet.target, options=options)).engine
    asked = Mock(side_effect=engine.dialect.do_ping)
    monkeypatch.setattr(engine.dialect, "do_ping", asked)
    for _ in range(2):
        engine.connect().close()
    engine.dispose()
    assert asked.call_count == int(always)
