"""Tasks in a real worker, on the broker and in the pool that the environment names.

`QAPLA_SAMPLE_CELERY__BROKER_URL`, `..._RESULT_BACKEND` and `..._WORKER_POOL` name them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest
from celery import chain, chord, group
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from qapla.celery.outbox.relay import Relay
from qapla.celery.testing import BaseTaskFixture, running_worker
from qapla.database.database import Database
from qapla.logs.context import bound

from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.outbox import Outbox, OutboxMessage
from qapla_sample.databases.main.ship import Ship
from qapla_sample.tasks import ships
from qapla_sample.tasks.worker import app

SECONDS = 60


class TestTasks(BaseTaskFixture):
    """Each finds empty databases, and the worker of the one before."""

    APP_CLASS = SampleApplication
    # Its start and its end take seconds: the tests of this module share one.
    shared: ClassVar[ExitStack | None] = None

    @pytest.fixture(scope="module", autouse=True)
    @classmethod
    def ended(cls) -> Iterator[None]:
        """End the worker after the last test."""
        yield
        if cls.shared is not None:
            cls.shared.close()
            cls.shared = None

    @pytest.fixture(autouse=True)
    def shared_worker(self, application: SampleApplication, committing: None) -> None:
        """Start the worker with the first test."""
        for database in application.dbs.values():
            database.get_session().close()
        if self.shared is None:
            with ExitStack() as stack:
                stack.enter_context(running_worker(app, "qapla_sample", ("--concurrency=2",)))
                type(self).shared = stack.pop_all()

    @pytest.fixture
    def session(self, dbplugin: Database) -> Iterator[Session]:
        """Return a session whose commits are real."""
        with dbplugin.get_session() as session:
            yield session

    def names(self, session: Session) -> list[str]:
        """Return the names of the ships."""
        return list(session.scalars(select(Ship.name).order_by(Ship.name)))

    def test_a_session_is_fresh_and_is_rolled_back_on_an_error(self, session: Session) -> None:
        """A task that has committed, and one that has failed after a write."""
        made = ships.create_ship.delay("first").get(timeout=SECONDS)
        with pytest.raises(RuntimeError, match="failed"):
            ships.fail.delay("lost").get(timeout=SECONDS)
        assert (session.get_one(Ship, made).name, self.names(session)) == ("first", ["first"])

    def test_several_databases_stack(self, application: SampleApplication) -> None:
        """A task has a session of each."""
        assert ships.record.delay("event").get(timeout=SECONDS) == 0
        with application.dbs["analytics"].get_session() as session:
            assert session.scalars(text("SELECT name FROM events")).all() == ["event"]

    def test_each_attempt_has_a_session_of_its_own(self, session: Session) -> None:
        """By `self.retry`, by `autoretry_for` and by `DatabaseTask`: no attempt leaves a row."""
        sent = {
            ships.create_at_third_attempt.delay("retry"): 2,
            ships.create_after_an_error.delay("autoretry"): 1,
            ships.create_after_a_deadlock.delay("deadlock"): 1,
        }
        assert {result: result.get(timeout=SECONDS) for result in sent} == sent
        assert self.names(session) == ["autoretry", "deadlock", "retry"]

    def test_chains_groups_and_chords(self, session: Session) -> None:
        """A linked task runs after the commit of the task before it."""
        linked = chain(ships.create_ship.s("chain"), ships.count_ships.s())
        assert linked.delay().get(timeout=SECONDS) == 1
        together = group(ships.create_ship.s(f"group {n}") for n in range(3))
        assert len(set(together.delay().get(timeout=SECONDS))) == 3
        header = [ships.create_ship.s(f"chord {n}") for n in range(3)]
        assert chord(header, ships.count_ships.s())().get(timeout=SECONDS) == 7
        assert len(self.names(session)) == 7

    def test_the_outbox_reaches_the_worker(self, session: Session) -> None:
        """A task takes its message with its work, and a second message finds nothing to do."""
        task_id = Outbox(session).send(
            ships.create_acknowledged.s("taken"), until_acknowledged=True
        )
        session.commit()
        assert Relay(main, "main", Outbox, app).run() == 1
        assert app.AsyncResult(task_id).get(timeout=SECONDS) is True
        assert (self.names(session), session.query(OutboxMessage).count()) == (["taken"], 0)
        session.rollback()
        again = [ships.create_once.apply_async(("once",), task_id="same") for _ in range(2)]
        for result in again:
            result.get(timeout=SECONDS)
        assert self.names(session) == ["once", "taken"]

    def test_the_id_of_a_request_reaches_its_tasks(self, session: Session) -> None:
        """In a retry, in a task of a task, and through the outbox; and no other task has it."""
        with bound(request_id="r"):
            retried = ships.log_context.delay(1)
            asking = ships.ask_for_context.delay()
            kept = Outbox(session).send(ships.log_context.s().set(headers={"mine": "m"}))
            session.commit()
        Relay(main, "main", Outbox, app).run()
        ids = [retried.id, asking.get(timeout=SECONDS), kept]
        found = [app.AsyncResult(task_id).get(timeout=SECONDS) for task_id in ids]
        expected = {"request_id": "r", "database": "main"}
        assert found == [[{**expected, "task_id": task_id}] for task_id in ids]
        other = ships.log_context.delay()
        assert other.get(timeout=SECONDS) == [{"task_id": other.id, "database": "main"}]

    def test_a_time_limit_in_a_statement_ends_the_task(self, session: Session) -> None:
        """It fails with its own error, without a trace; its process and its connection go on."""
        if app.conf.worker_pool not in (None, "prefork"):
            pytest.skip("only a task in a process of its own has a time limit")
        for result in [ships.hang.delay(f"lost {n}") for n in range(2)]:
            with pytest.raises(SoftTimeLimitExceeded):
                result.get(timeout=SECONDS)
        active = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE query LIKE 'SELECT pg_sleep(30%' AND datname = current_database()"
        )
        assert session.scalar(text(active)) == 0
        together = group(ships.create_ship.s(f"group {n}") for n in range(6))
        assert len(set(together.delay().get(timeout=SECONDS))) == 6
        assert self.names(session) == [f"group {n}" for n in range(6)]
