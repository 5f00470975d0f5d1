"""A statement that a signal interrupts takes its connection with it, and nothing else."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from qapla.database.database import Database
from qapla.database.sessions.routing import reading

SLEEP = {
    "postgresql": "SELECT pg_sleep(30)",
    "mysql": "SELECT sleep(30)",
}
RUNNING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE query = 'SELECT pg_sleep(30)' AND datname = current_database()"
)
ENGINES = pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)


class Interrupted(Exception):
    """The exception of a signal, like Celery's SoftTimeLimitExceeded."""


@pytest.fixture
def database(place: Callable[..., Database]) -> Iterator[Database]:
    """Return a database whose pools hold one connection."""
    options = {"pool_size": 1, "max_overflow": 0}
    database = place(f"qapla_interrupted_{os.getpid()}_test", options=options, reader=True)
    database.recreate()
    yield database
    database.dispose()


@pytest.fixture
def alarm() -> Iterator[None]:
    """Raise in the middle of the test's statement."""

    def interrupt(*_: Any) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def sleep(database: Database) -> None:
    """Run a statement that is interrupted, which ends its session as a task's end does."""
    session = database.get_session()
    statement = text(SLEEP[database.engine.dialect.name])
    with pytest.raises(Interrupted):
        session.execute(statement)
    database.end_session(session, completed=False)


@ENGINES
def test_the_pool_goes_on(database: Database, alarm: None) -> None:
    """Its error is the signal's own, and the next session has a connection that works."""
    sleep(database)
    with database.get_session() as session:
        assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_the_server_does_not_work_on(database: Database, alarm: None) -> None:
    """It would keep its locks until the statement has ended."""
    sleep(database)
    with database.get_session() as session:
        deadline = time.monotonic() + 5
        while session.scalar(text(RUNNING)) and time.monotonic() < deadline:
            session.rollback()
        assert session.scalar(text(RUNNING)) == 0


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_read_is_given_up_too(database: Database, alarm: None) -> None:
    """In autocommit nothing is reset when its connection is given back."""
    with database.get_session() as session:
        with pytest.raises(Interrupted), reading(session):
            session.execute(text(SLEEP["postgresql"]))
        with reading(session):
            assert session.scalar(text("SELECT 1")) == 1
        assert not session.in_transaction()
