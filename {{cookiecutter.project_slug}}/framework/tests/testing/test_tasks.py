"""The fixtures of tasks: called in the test's transaction, sent, or run by a real worker."""

import time
from typing import Any

import pytest
from celery import Celery, chain, chord, group
from celery.result import AsyncResult
from sqlalchemy import text
from sqlalchemy.orm import Session

from qapla.celery.task import Task
from qapla.celery.testing import BaseTaskFixture, OnCommit, celery_of
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.exceptions import WorkerError
from qapla.testing.tasks.worker import WorkerProcess

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver
from qapla_sample.tasks import ships

SECONDS = 60
TWICE = pytest.mark.parametrize("attempt", [1, 2])


class TestEager(BaseTaskFixture):
    """Tasks in the transaction of the test."""

    APP_CLASS = SampleApplication

    @TWICE
    def test_a_task_is_in_the_transaction_of_the_test(
        self, dbsession: Session, eager_tasks: None, attempt: int
    ) -> None:
        """It sees the writes of the test, the test sees its commits, and the next test neither."""
        ShipWriteDriver(dbsession).create(name="first")
        assert ships.create_ship.delay("second").successful()
        assert dbsession.query(Ship).count() == 2

    def test_errors_are_raised_where_the_task_was_sent(self, eager_tasks: None) -> None:
        """As a test wants them."""
        with pytest.raises(RuntimeError, match="failed"):
            ships.fail.delay("lost")

    def test_retries_are_run_at_once(self, dbsession: Session, eager_tasks: None) -> None:
        """Each in a session of its own: the uncommitted writes of an attempt are gone."""
        assert ships.create_at_third_attempt.apply(("a",)).get() == 2
        assert ships.create_after_an_error.apply(("b",)).get() == 1
        assert [ship.name for ship in dbsession.query(Ship).all()] == ["a", "b"]

    def test_canvases_are_run_at_once(self, dbsession: Session, eager_tasks: None) -> None:
        """A chain, a group and a chord."""
        assert chain(ships.create_ship.s("a"), ships.count_ships.s())().get() == 1
        assert len(group(ships.create_ship.s(name) for name in "bc")().get()) == 2
        assert chord([ships.create_ship.s("d")], ships.count_ships.s())().get() == 4


class TestOnCommit(BaseTaskFixture):
    """The tasks that were sent, and those that wait for a commit."""

    APP_CLASS = SampleApplication

    def test_a_commit_of_the_test_sends(self, dbsession: Session, on_commit: OnCommit) -> None:
        """It is the commit of the session's own transaction, although the test's is open."""
        ShipWriteDriver(dbsession).create(name="a")
        result = ships.create_ship.delay_on_commit(dbsession, "b")
        assert on_commit.sent == []
        dbsession.commit()
        (sent,) = on_commit.sent
        assert (sent.name, sent.task_id) == ("qapla_sample.tasks.ships.create_ship", result.id)
        assert (sent.args, sent.kwargs) == (("b",), {})

    def test_waiting_tasks_can_be_sent_without_a_commit(
        self, dbsession: Session, on_commit: OnCommit
    ) -> None:
        """The tasks that it sends are returned."""
        ShipWriteDriver(dbsession).create(name="a")
        ships.create_ship.apply_async_on_commit(dbsession, kwargs={"name": "b"}, countdown=5)
        (sent,) = on_commit.run(dbsession)
        assert (sent.kwargs, sent.options) == ({"name": "b"}, {"countdown": 5})

    def test_sent_tasks_are_run_with_eager_tasks(
        self, dbsession: Session, on_commit: OnCommit, eager_tasks: None
    ) -> None:
        """In the transaction of the test."""
        ShipWriteDriver(dbsession).create(name="a")
        ships.create_ship.delay_on_commit(dbsession, "b")
        on_commit.run(dbsession)
        assert [ship.name for ship in dbsession.query(Ship).all()] == ["a", "b"]

    def test_a_rollback_sends_nothing(self, dbsession: Session, on_commit: OnCommit) -> None:
        """Nor does a later commit."""
        ShipWriteDriver(dbsession).create(name="a")
        ships.create_ship.delay_on_commit(dbsession, "b")
        dbsession.rollback()
        dbsession.commit()
        assert on_commit.sent == []


class TestWorker(BaseTaskFixture):
    """A worker of the test's own; `celery/test_worker.py` has the tests of tasks in one."""

    APP_CLASS = SampleApplication

    def test_it_has_nothing_of_the_past_and_leaves_nothing(
        self,
        celery: "Celery[Task]",
        lost: "AsyncResult[Any]",
        worker: WorkerProcess,
        dbplugin: Database,
    ) -> None:
        """A message of another test is gone, and its connections are closed when it stops."""
        assert ships.create_ship.delay("first").get(timeout=SECONDS)
        assert ships.count_ships.delay().get(timeout=SECONDS) == 1
        assert lost.state == "PENDING"
        celery.control.shutdown()
        worker.stop()
        # The pool of this process may keep connections of the tests before.
        dbplugin.dispose()
        count = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        deadline = time.monotonic() + SECONDS
        with dbplugin.get_session() as session:
            # The server takes a moment to notice; a transaction sees one state of it.
            while session.scalar(count) and time.monotonic() < deadline:
                session.rollback()
                time.sleep(0.05)
            session.rollback()
            assert session.scalar(count) == 0

    @pytest.fixture
    def lost(self, celery: "Celery[Task]") -> "AsyncResult[Any]":
        """Send a task before there is a worker."""
        return ships.create_ship.delay("lost")


def test_a_worker_that_does_not_start_says_why() -> None:
    """The error has the output of the process."""
    process = WorkerProcess("no_such_package")
    with pytest.raises(WorkerError) as caught:
        process.wait_until_ready()
    assert str(caught.value).startswith("the worker of the test did not start; it printed:\n")
    assert "No module named 'no_such_package'" in str(caught.value)


def test_an_application_without_celery_has_no_worker() -> None:
    """The error names the base to add."""
    with pytest.raises(WorkerError) as caught:
        celery_of(DatabaseApplication())
    assert str(caught.value) == (
        "DatabaseApplication has no Celery: add the base CeleryApplication to it"
    )
