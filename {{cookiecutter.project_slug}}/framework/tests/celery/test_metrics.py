"""The metrics of tasks, by their names and outcomes."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import task_failure, task_postrun, task_prerun, task_revoked
from prometheus_client import REGISTRY
from sqlalchemy.orm import Session

from qapla.celery.metrics import connect_metrics
from qapla.celery.testing import BaseTaskFixture

from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.tasks import ships

UIDS = {
    task_prerun: "qapla.begin_metrics",
    task_postrun: "qapla.end_metrics",
    task_failure: "qapla.note_killed",
    task_revoked: "qapla.note_revoked",
}


def runs(task: Any, state: str) -> float:
    """Return how many runs of a task have ended so."""
    labels = {"task": task.name, "state": state}
    return REGISTRY.get_sample_value("celery_tasks_total", labels) or 0


class TestMetrics(BaseTaskFixture):
    """A run is counted once."""

    APP_CLASS = SampleApplication

    @pytest.fixture(autouse=True)
    def measured(self) -> Iterator[None]:
        """Measure the tasks of this test."""
        connect_metrics(main.celery, main)
        yield
        for signal, uid in UIDS.items():
            signal.disconnect(dispatch_uid=uid)

    def test_runs_by_their_outcome(self, dbsession: Session) -> None:
        """The time of each run is measured, whatever its outcome."""
        name = {"task": ships.log_context.name}
        before = runs(ships.log_context, "success"), runs(ships.fail, "failure")
        took = REGISTRY.get_sample_value("celery_task_duration_seconds_count", name) or 0
        ships.log_context.apply()
        ships.fail.apply(("lost",), throw=False)
        after = runs(ships.log_context, "success"), runs(ships.fail, "failure")
        assert after == (before[0] + 1, before[1] + 1)
        assert REGISTRY.get_sample_value("celery_task_duration_seconds_count", name) == took + 1

    def test_a_direct_call_is_no_run(self, dbsession: Session) -> None:
        """Nobody has sent it."""
        before = runs(ships.log_context, "success")
        ships.log_context()
        assert runs(ships.log_context, "success") == before

    def test_a_task_whose_process_was_killed(self, dbsession: Session) -> None:
        """The worker fails it, which has not run it itself; a revoked one has not run at all."""
        before = runs(ships.fail, "failure"), runs(ships.fail, "revoked")
        task_failure.send(sender=ships.fail, task_id="killed")
        task_revoked.send(sender=ships.fail, request=None, terminated=True)
        after = runs(ships.fail, "failure"), runs(ships.fail, "revoked")
        assert after == (before[0] + 1, before[1] + 1)
