"""Door to the test fixtures of tasks."""

from qapla.testing.tasks.sent import BaseTaskFixture, OnCommit, SentTask, celery_of, running_worker
from qapla.testing.tasks.worker import WorkerProcess

__all__ = [
    "BaseTaskFixture",
    "OnCommit",
    "SentTask",
    "WorkerProcess",
    "celery_of",
    "running_worker",
]
