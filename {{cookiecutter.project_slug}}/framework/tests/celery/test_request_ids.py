"""The context of log records in eager runs and direct calls, and headers of messages."""

from typing import Any

import pytest
import structlog
from sqlalchemy.orm import Session

from qapla.celery.testing import BaseTaskFixture
from qapla.logs.context import bound, current

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.outbox import Outbox, OutboxMessage
from qapla_sample.tasks import ships


class TestContext(BaseTaskFixture):
    """A run has a context of its own, for the request of its caller."""

    APP_CLASS = SampleApplication

    @pytest.fixture(autouse=True)
    def bound_by_structlog(self) -> Any:
        """Bind a value of the caller's."""
        with structlog.contextvars.bound_contextvars(user="kahless"):
            yield

    def test_an_eager_run_works_for_the_request(self, dbsession: Session) -> None:
        """It has its own id, and leaves the caller's context as it was."""
        with bound(request_id="r"):
            result = ships.log_context.apply()
            assert current() == {"request_id": "r"}
        assert result.get() == [{"request_id": "r", "task_id": result.id, "database": "main"}]
        assert structlog.contextvars.get_contextvars() == {"user": "kahless"}

    def test_a_run_begins_without_the_values_of_its_caller(
        self, dbsession: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The values that structlog has bound: a worker would not have them either."""
        monkeypatch.setattr(ships, "current", structlog.contextvars.get_contextvars)
        assert ships.log_context.apply().get() == [{}]

    def test_a_failed_run_leaves_nothing(self, dbsession: Session) -> None:
        """Neither its id nor its database."""
        ships.fail.apply(("lost",), throw=False)
        assert current() == {}

    def test_a_direct_call_has_the_context_of_its_caller(self, dbsession: Session) -> None:
        """It is no run."""
        with bound(request_id="r"):
            assert ships.log_context() == [{"request_id": "r", "database": "main"}]

    @pytest.mark.parametrize("request_id", [None, "r"])
    def test_the_outbox_keeps_the_id(self, dbsession: Session, request_id: str | None) -> None:
        """Beside the headers of the signature, whose own id has the last word."""
        signature = ships.log_context.s().set(headers={"mine": "m"}, queue="slow")
        with bound(**({"request_id": request_id} if request_id else {})):
            Outbox(dbsession).send(signature)
        (message,) = dbsession.query(OutboxMessage)
        ids = {"request_id": request_id} if request_id else {}
        assert message.signature()["options"] == {"headers": {"mine": "m", **ids}, "queue": "slow"}
        assert signature.options == {"headers": {"mine": "m"}, "queue": "slow"}
