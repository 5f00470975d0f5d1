"""Door to the test fixtures of tasks."""

from qapla.testing.tasks import BaseTaskFixture, OnCommit, SentTask, celery_of, running_worker
from qapla.testing.worker import WorkerProcess

__all__ = [
    "BaseTaskFixture",
    "OnCommit",
    "SentTask",
    "WorkerProcess",
    "celery_of",
    "running_worker",
]
