"""Messages of an outbox that cannot be sent: they wait, are parked, listed and sent again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qapla.celery.outbox.command import relay_command
from qapla.celery.outbox.relay import Relay
from qapla.celery.task import Task
from qapla.celery.testing import BaseTaskFixture

from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.outbox import Outbox, OutboxMessage
from qapla_sample.tasks import ships
from qapla_sample.tasks.worker import app


def make_due(session: Session) -> None:
    """Make the messages due that wait after a failure."""
    waits = OutboxMessage.due_at.is_not(None)
    session.execute(update(OutboxMessage).where(waits).values(due_at=datetime.now(UTC)))
    session.commit()


class TestPoison(BaseTaskFixture):
    """A message that is of no use keeps no other one up, and is not lost."""

    APP_CLASS = SampleApplication

    @pytest.fixture
    def relay(self) -> Relay:
        """Return a relay that parks a message at its third attempt."""
        return Relay(main, "main", Outbox, app, batch=2, max_attempts=3)

    @pytest.fixture
    def ids(self, dbsession: Session, on_commit: Any) -> list[str]:
        """Return the ids of five messages, of which the first is broken, and the second unknown."""
        ids = [Outbox(dbsession).send(ships.create_ship.s(str(n))) for n in range(5)]
        first, second = dbsession.scalars(select(OutboxMessage).order_by(OutboxMessage.id).limit(2))
        first.message = "{"
        second.message = second.message.replace("create_ship", "create_nothing")
        dbsession.commit()
        return ids

    def test_the_others_are_sent(
        self, relay: Relay, ids: list[str], dbsession: Session, on_commit: Any
    ) -> None:
        """In the same run; a message that cannot be sent waits for its time."""
        assert [relay.run() for _ in range(2)] == [3, 0]
        assert [sent.task_id for sent in on_commit.sent] == ids[2:]
        assert [m.attempts for m in dbsession.scalars(select(OutboxMessage))] == [1, 1]

    def test_the_pauses_grow(self, ids: list[str], dbsession: Session) -> None:
        """From ten seconds to an hour."""
        relay = Relay(main, "main", Outbox, app)
        pauses = []
        for _ in range(9):
            before = datetime.now(UTC)
            relay.run()
            dbsession.expire_all()
            due = dbsession.scalars(select(OutboxMessage.due_at)).first()
            assert due is not None
            pauses.append(round((due.astimezone(UTC) - before) / timedelta(seconds=1), -1))
            make_due(dbsession)
        assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]

    def test_it_is_parked_with_its_error(
        self, relay: Relay, ids: list[str], dbsession: Session, caplog: pytest.LogCaptureFixture
    ) -> None:
        """After the last attempt nobody looks at it again."""
        for _ in range(4):
            relay.run()
            make_due(dbsession)
        parked = Outbox(dbsession).parked()
        assert [(m.task_id, m.attempts) for m in parked] == [(ids[0], 3), (ids[1], 3)]
        assert parked[1].error == (
            "UnknownTask: no module of the project has the task "
            "'qapla_sample.tasks.ships.create_nothing'"
        )
        assert caplog.messages[-1] == (
            f"the relay of 'main' cannot send the task {ids[1]}, and has parked it: {parked[1].error}"
        )
        assert f"{ids[1]}, attempt 1 of 3, the next in 10 seconds: " in caplog.text

    def test_the_command_lists_and_sends_again(
        self, relay: Relay, ids: list[str], dbsession: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the ids of the tasks, or all of them."""
        dbsession.execute(
            update(OutboxMessage)
            .where(OutboxMessage.task_id.in_(ids[:2]))
            .values(due_at=None, attempts=10, error="ValueError: no")
        )
        dbsession.commit()
        monkeypatch.setattr(SampleApplication, "run_command", lambda self: self)
        run = CliRunner().invoke
        command = relay_command(relay)
        listed = run(command, ["parked"])
        assert listed.stdout.splitlines() == [
            f"{ids[0]}  ?  10 attempts  ValueError: no",
            f"{ids[1]}  qapla_sample.tasks.ships.create_nothing  10 attempts  ValueError: no",
        ]
        assert listed.stderr == "2 parked\n"
        assert run(command, ["retry", "x"]).output == "Error: not parked: x\n"
        assert "Error: name the tasks, or type --all" in run(command, ["retry"]).output
        assert run(command, ["retry", ids[0]]).output == "1 to be sent again\n"
        assert run(command, ["retry", "--all"]).output == "1 to be sent again\n"
        assert run(command, ["parked"]).stdout == ""
        dbsession.expire_all()
        assert [m.attempts for m in dbsession.scalars(select(OutboxMessage))] == [0] * 5

    def test_a_queue_that_does_not_fit_parks_nothing(
        self, relay: Relay, dbsession: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each message would fail in the same way: the relay waits, as for a broker that is away."""
        from qapla.exceptions import QueueMismatch

        def send(task: Task, *args: Any, **options: Any) -> None:
            raise QueueMismatch("no")

        Outbox(dbsession).send(ships.create_ship.s("a"))
        dbsession.commit()
        monkeypatch.setattr(Task, "apply_async", send)
        assert relay.run() == 0
        assert [m.attempts for m in dbsession.scalars(select(OutboxMessage))] == [0]
