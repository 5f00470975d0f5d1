"""The outbox and the tasks that are done, on each engine."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qapla.celery.outbox.relay import Relay
from qapla.celery.task import Task
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database

from qapla_sample.databases.main.outbox import Inbox, InboxMessage, Outbox, OutboxMessage
from qapla_sample.databases.main.ship import Ship
from qapla_sample.tasks import ships
from qapla_sample.tasks.worker import app

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
# SQLite has no locks of rows: two relays on it may send the same message.
LOCKING = pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
# Sixteen bits are the limit of MariaDB's TEXT.
LARGE = "x" * 70_000
# A server whose clock is not UTC's: five hours and a half, which no rounding to hours hides.
ELSEWHERE: dict[str, dict[str, Any]] = {
    "postgresql": {"connect_args": {"options": "-c TimeZone=Asia/Kolkata"}},
    "mysql": {"connect_args": {"init_command": "SET time_zone = '+05:30'"}},
    "sqlite": {},
}


@pytest.fixture
def database(place: Callable[..., Database]) -> Iterator[Database]:
    """Return a database with the tables of main, on a server that is elsewhere."""
    name = f"qapla_outbox_{os.getpid()}_test"
    backend = place(name).url.get_backend_name()
    database = place(name, options={"pool_size": 4, **ELSEWHERE[backend]})
    database.drop()
    database.create()
    # The tables are those of the models, and not of the migrations.
    OutboxMessage.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Return the ids and arguments of the tasks that were sent."""
    sent: list[tuple[str, Any]] = []

    def apply_async(task: Task, args: Any, kwargs: Any, task_id: str, **options: Any) -> None:
        sent.append((task_id, args[0]))

    monkeypatch.setattr(Task, "apply_async", apply_async)
    return sent


def relay(database: Database, **options: Any) -> Relay:
    """Return a relay of the database's outbox."""
    application = cast(DatabaseApplication, SimpleNamespace(dbs={"main": database}))
    return Relay(application, "main", Outbox, app, **options)


def put(database: Database, *names: str, until_acknowledged: bool = False) -> list[str]:
    """Put tasks into the outbox, and commit; return their ids."""
    with database.get_session() as session:
        outbox = Outbox(session)
        ids = [
            outbox.send(ships.create_acknowledged.s(n), until_acknowledged=until_acknowledged)
            for n in names
        ]
        session.commit()
        return ids


@EVERY
def test_a_message_is_sent_and_acknowledged(
    database: Database, sent: list[tuple[str, Any]]
) -> None:
    """It stays until its task takes it, in the task's transaction."""
    (task_id,) = put(database, "first", until_acknowledged=True)
    with database.get_session() as session:
        Outbox(session).send(ships.create_acknowledged.s("lost"))
    assert (relay(database).run(), sent) == (1, [(task_id, "first")])
    with database.get_session() as session:
        assert Outbox(session).acknowledge(task_id)
    with database.get_session() as session:
        assert [Outbox(session).acknowledge(task_id) for _ in range(2)] == [True, False]
        session.commit()
    assert relay(database).run() == 0


@EVERY
def test_a_large_message_arrives_whole(database: Database, sent: list[tuple[str, Any]]) -> None:
    """MariaDB's TEXT would end it at 64 kB."""
    (task_id,) = put(database, LARGE)
    assert (relay(database).run(), sent) == (1, [(task_id, LARGE)])


@EVERY
def test_a_message_is_sent_again_after_its_time(
    database: Database, sent: list[tuple[str, Any]]
) -> None:
    """By the clock of UTC, wherever the server is: neither hours too early nor too late."""
    put(database, "first", until_acknowledged=True)
    assert relay(database, again_after=timedelta(minutes=5)).run() == 1
    assert relay(database).run() == 0
    with database.get_session() as session:
        message = session.scalars(select(OutboxMessage)).one()
        assert message.due_at is not None
        message.due_at = datetime.now(UTC) + timedelta(minutes=5)
        session.commit()
        assert relay(database).run() == 0
        message.due_at = datetime.now(UTC) - timedelta(minutes=5)
        session.commit()
    assert relay(database).run() == 1


@EVERY
def test_notes_are_forgotten_after_their_time(database: Database) -> None:
    """By the clock of UTC too."""
    with database.get_session() as session:
        now = datetime.now(UTC)
        session.add(InboxMessage(task_id="old", accepted_at=now - timedelta(minutes=10)))
        Inbox(session).accept("new")
        session.commit()
        assert Inbox(session).forget(timedelta(minutes=15)) == 0
        assert Inbox(session).forget(timedelta(minutes=5)) == 1
        assert list(session.scalars(select(InboxMessage.task_id))) == ["new"]


@EVERY
def test_a_second_time_leaves_the_transaction_whole(database: Database) -> None:
    """The earlier writes of the task are kept, and it may go on."""
    with database.get_session() as session:
        session.add(Ship(name="before"))
        session.flush()
        assert [Inbox(session).accept("same") for _ in range(2)] == [True, False]
        session.add(Ship(name="after"))
        session.commit()
        assert list(session.scalars(select(Ship.name).order_by(Ship.id))) == ["before", "after"]


@LOCKING
@pytest.mark.parametrize("way", ["accept", "acknowledge"])
@pytest.mark.parametrize("committed", [True, False])
def test_of_two_runs_at_a_time_one_does_the_work(
    database: Database, way: str, committed: bool
) -> None:
    """The second waits for the end of the first, and does the work if that is rolled back."""
    (task_id,) = put(database, "first", until_acknowledged=True)
    answers: dict[str, bool] = {}

    def ask(session: Session) -> bool:
        driver = Inbox(session) if way == "accept" else Outbox(session)
        return bool(getattr(driver, way)(task_id))

    def second() -> None:
        with database.get_session() as session:
            answers["second"] = ask(session)
            session.commit()

    with database.get_session() as session, ThreadPoolExecutor(1) as pool:
        answers["first"] = ask(session)
        waiting = pool.submit(second)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)
        session.commit() if committed else session.rollback()
        waiting.result(timeout=30)
    assert answers == {"first": True, "second": not committed}


@LOCKING
def test_two_relays_share_the_work(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither waits for the other, and each message is sent once."""
    ids = put(database, *map(str, range(100)))
    both = threading.Barrier(2, timeout=10)
    sent: dict[str, int] = {}

    def apply_async(task: Task, args: Any, kwargs: Any, task_id: str, **options: Any) -> None:
        thread = threading.get_ident()
        if thread not in sent.values():
            both.wait()
        assert sent.setdefault(task_id, thread) == thread

    monkeypatch.setattr(Task, "apply_async", apply_async)
    relays = [relay(database, batch=5) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        counts = [future.result(timeout=30) for future in [pool.submit(r.run) for r in relays]]
    assert (sum(counts), set(sent)) == (100, set(ids))
    with database.get_session() as session:
        assert session.query(OutboxMessage).count() == 0
