"""The outbox, its relay, and tasks whose work is done once."""

import signal
import sys
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
from celery import chain
from kombu.exceptions import OperationalError
from psycopg.errors import AdminShutdown
from sqlalchemy import select
from sqlalchemy.exc import OperationalError as DatabaseIsAway
from sqlalchemy.orm import Session

from qapla.celery.outbox.relay import Relay
from qapla.celery.task import Task
from qapla.celery.testing import BaseTaskFixture
from qapla.exceptions import UnusableSignature

from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.outbox import Inbox, Outbox, OutboxMessage
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver
from qapla_sample.tasks import ships
from qapla_sample.tasks.worker import app


def waiting(session: Session) -> list[str]:
    """Return the ids of the tasks that wait for a relay."""
    return list(session.scalars(select(OutboxMessage.task_id).order_by(OutboxMessage.id)))


class TestOutbox(BaseTaskFixture):
    """A message is a row, until the broker has it."""

    APP_CLASS = SampleApplication

    @pytest.fixture
    def relay(self) -> Relay:
        """Return a relay of the outbox of main."""
        return Relay(main, "main", Outbox, app, batch=2)

    def test_a_message_is_part_of_the_transaction(self, dbsession: Session) -> None:
        """A rollback takes it back with the row that it is about."""
        ShipWriteDriver(dbsession).create(name="lost")
        Outbox(dbsession).send(ships.create_ship.s("lost"))
        dbsession.rollback()
        assert (waiting(dbsession), dbsession.query(Ship).count()) == ([], 0)

    def test_a_relay_sends_committed_messages(
        self, dbsession: Session, on_commit: Any, relay: Relay
    ) -> None:
        """In order, in several batches, with the ids that `send` returned; then nothing waits."""
        ids = [Outbox(dbsession).send(ships.create_ship.s(str(n))) for n in range(5)]
        dbsession.commit()
        assert (on_commit.sent, waiting(dbsession)) == ([], ids)
        assert relay.run() == 5
        assert [(sent.task_id, sent.args) for sent in on_commit.sent] == [
            (task_id, (str(n),)) for n, task_id in enumerate(ids)
        ]
        assert (waiting(dbsession), relay.run()) == ([], 0)

    def test_options_reach_the_broker(
        self, dbsession: Session, on_commit: Any, relay: Relay
    ) -> None:
        """The options of the signature are those of the task, its id among them."""
        task_id = Outbox(dbsession).send(
            ships.create_ship.s(name="a").set(queue="slow", countdown=3, task_id="mine")
        )
        dbsession.commit()
        relay.run()
        (sent,) = on_commit.sent
        assert (task_id, sent.task_id, sent.kwargs) == ("mine", "mine", {"name": "a"})
        assert (sent.options["queue"], sent.options["countdown"]) == ("slow", 3)
        # The relay, when it is a task, is not where the task comes from.
        assert (sent.options["root_id"], sent.options["add_to_parent"]) == ("mine", False)

    def test_a_message_that_is_not_acknowledged_is_sent_again(
        self, dbsession: Session, on_commit: Any
    ) -> None:
        """After a while, with the same id; the task takes it with its work, and then it is gone."""
        patient = Relay(main, "main", Outbox, app)
        impatient = Relay(main, "main", Outbox, app, again_after=timedelta(seconds=-1))
        task_id = Outbox(dbsession).send(ships.create_acknowledged.s("a"), until_acknowledged=True)
        dbsession.commit()
        assert [relay.run() for relay in (impatient, patient, patient)] == [1, 1, 0]
        assert [sent.task_id for sent in on_commit.sent] == [task_id, task_id]
        assert [Outbox(dbsession).acknowledge(task_id) for _ in range(2)] == [True, False]
        dbsession.commit()
        assert patient.run() == 0

    def test_work_that_is_rolled_back_takes_nothing(self, dbsession: Session) -> None:
        """The message stays for the next run."""
        task_id = Outbox(dbsession).send(ships.create_acknowledged.s("a"), until_acknowledged=True)
        dbsession.commit()
        assert Outbox(dbsession).acknowledge(task_id)
        dbsession.rollback()
        assert Outbox(dbsession).acknowledge(task_id)

    def test_a_wrong_call_fails_at_send(self, dbsession: Session) -> None:
        """As `delay` does."""
        with pytest.raises(TypeError):
            Outbox(dbsession).send(ships.create_ship.s())

    def test_a_signature_of_several_tasks_is_refused(self, dbsession: Session) -> None:
        """It would have no id that stays."""
        with pytest.raises(UnusableSignature) as caught:
            Outbox(dbsession).send(chain(ships.create_ship.s("a"), ships.count_ships.s()))
        assert str(caught.value) == (
            "the outbox keeps one task, and 'chain' is of several: send a task that starts them"
        )

    def test_a_broker_that_is_away_leaves_the_rest_waiting(
        self,
        dbsession: Session,
        relay: Relay,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The sent messages are gone, nothing more is tried, and the next run goes on."""
        ids = [Outbox(dbsession).send(ships.create_ship.s(str(n))) for n in range(4)]
        dbsession.commit()
        sent: list[str] = []

        def send(task: Task, *args: Any, task_id: str, **options: Any) -> None:
            if len(sent) == 2:
                raise OperationalError("connection refused")
            sent.append(task_id)

        monkeypatch.setattr(Task, "apply_async", send)
        assert relay.run() == 2
        assert waiting(dbsession) == ids[2:]
        warning = "the relay of 'main' waits for the broker: connection refused"
        assert caplog.messages == [warning]


class TestEager(BaseTaskFixture):
    """Tasks that run where the relay sends them, in the transaction of a test."""

    APP_CLASS = SampleApplication

    @pytest.mark.parametrize("until_acknowledged", [True, False])
    def test_a_task_acknowledges_its_message(
        self, dbsession: Session, eager_tasks: None, until_acknowledged: bool
    ) -> None:
        """The relay finds nothing left to do with it."""
        task = ships.create_acknowledged.s("a")
        Outbox(dbsession).send(task, until_acknowledged=until_acknowledged)
        dbsession.commit()
        assert Relay(main, "main", Outbox, app).run() == 1
        assert (waiting(dbsession), dbsession.query(Ship).count()) == ([], 1)


def test_a_loop_waits_for_its_database_and_ends_at_a_mistake(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A restart of the server passes, with a warning each time."""
    away = DatabaseIsAway("SELECT", {}, AdminShutdown("the server shuts down"))
    raised = [away, away, ValueError("mistake")]

    def run(relay: Relay) -> int:
        raise raised.pop(0)

    monkeypatch.setattr(Relay, "run", run)
    caplog.set_level("WARNING")
    with pytest.raises(ValueError, match="mistake"):
        Relay(SampleApplication().run_command(), "main", Outbox, app).run_forever(interval=0)
    assert caplog.messages == [f"the relay of 'main' waits for its database: {away}"] * 2


def test_a_second_signal_while_the_first_is_handled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process group and a parent may both send it: the loop ends all the same, and at once."""
    more = [signal.SIGTERM] * 3

    def interrupt(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename == threading.__file__ and more:
            signal.raise_signal(more.pop())

    def run(relay: Relay) -> int:
        sys.setprofile(interrupt)
        signal.raise_signal(signal.SIGTERM)
        return 0

    def fail(*_: object) -> None:
        pytest.fail("the loop is stuck")

    monkeypatch.setattr(Relay, "run", run)
    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, 10)
    try:
        Relay(SampleApplication().run_command(), "main", Outbox, app).run_forever(interval=60)
    finally:
        sys.setprofile(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class TestDone(BaseTaskFixture):
    """A finished task is recorded beside its work."""

    APP_CLASS = SampleApplication

    def test_the_second_time_is_not_the_first(self, dbsession: Session) -> None:
        """Another task is another one; the transaction goes on."""
        done = Inbox(dbsession)
        assert [done.accept(task) for task in ("a", "a", "b")] == [True, False, True]

    def test_a_direct_call_runs_each_time(self, dbsession: Session) -> None:
        """No message has brought it, so that it has no id."""
        assert [Inbox(dbsession).accept(None) for _ in range(2)] == [True, True]
        assert [Outbox(dbsession).acknowledge(None) for _ in range(2)] == [True, True]
        assert Inbox(dbsession).forget(timedelta(hours=-1)) == 0

    def test_work_that_is_rolled_back_is_not_done(self, dbsession: Session) -> None:
        """The note goes with the work."""
        assert Inbox(dbsession).accept("a")
        dbsession.rollback()
        assert Inbox(dbsession).accept("a")

    def test_old_notes_are_forgotten(self, dbsession: Session) -> None:
        """They are of use only while a message may come again."""
        Inbox(dbsession).accept("a")
        assert Inbox(dbsession).forget(timedelta(hours=1)) == 0
        assert Inbox(dbsession).forget(timedelta(hours=-1)) == 1

    def test_a_task_that_comes_twice_works_once(
        self, dbsession: Session, eager_tasks: None
    ) -> None:
        """By its id."""
        results = [ships.create_once.apply_async(("a",), task_id="same") for _ in range(2)]
        assert [result.get() for result in results] == [True, False]
        assert dbsession.query(Ship).count() == 1
