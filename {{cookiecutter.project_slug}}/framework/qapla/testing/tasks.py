"""The tasks that a test sends, and the workers that run them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from celery import Celery
from celery.result import AsyncResult
from sqlalchemy.orm import Session

from qapla.celery.app import CeleryApplication
from qapla.celery.task import Task
from qapla.database.application import DatabaseApplication
from qapla.database.sessions.on_commit import run_pending
from qapla.exceptions import WorkerError
from qapla.testing.fixtures import BaseApplicationFixture
from qapla.testing.worker import WorkerProcess


@dataclass(frozen=True)
class SentTask:
    """A task that was sent: its name, its id, its arguments and its options."""

    name: str
    task_id: str | None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


class OnCommit:
    """The tasks that were sent in a test, and those that wait for a commit."""

    def __init__(self) -> None:
        self.sent: list[SentTask] = []

    @classmethod
    def record(cls, celery: "Celery[Any]", monkeypatch: pytest.MonkeyPatch) -> "OnCommit":
        """Return a record of the tasks that are sent from now on, of which no message is sent.

        Args:
            celery: The Celery application; where its tasks are eager, they are run.
            monkeypatch: The fixture that ends the recording.
        """
        recorded = cls()
        original = Task.apply_async

        def apply_async(
            task: Task, args: Any = None, kwargs: Any = None, task_id: Any = None, **options: Any
        ) -> AsyncResult[Any]:
            sent = SentTask(task.name, task_id, tuple(args or ()), dict(kwargs or {}), options)
            recorded.sent.append(sent)
            if celery.conf.task_always_eager:
                return original(task, args, kwargs, task_id=task_id, **options)
            return task.AsyncResult(task_id or "")

        monkeypatch.setattr(Task, "apply_async", apply_async)
        return recorded

    def run(self, session: Session) -> list[SentTask]:
        """Run the callbacks of a session's commit; return the tasks that they have sent."""
        before = len(self.sent)
        run_pending(session)
        return self.sent[before:]


def celery_of(application: DatabaseApplication) -> "Celery[Task]":
    """Return the Celery application of an application.

    Raises:
        WorkerError: It has none.
    """
    if not isinstance(application, CeleryApplication):
        raise WorkerError(
            f"{type(application).__name__} has no Celery: add the base CeleryApplication to it"
        )
    return application.celery


@contextmanager
def running_worker(
    celery: "Celery[Any]", package: str, options: tuple[str, ...] = ()
) -> Iterator[WorkerProcess]:
    """Run a worker, with a queue that is empty before and gone after: a broker may be shared.

    Args:
        celery: The Celery application, prepared for tests.
        package: The project's package.
        options: Options of `celery worker`.
    """
    _delete_queue(celery)
    process = WorkerProcess(package, options)
    try:
        process.wait_until_ready()
        yield process
        if process.running:
            # A message wakes it, where a signal waits for its look at the broker to end.
            celery.control.shutdown()
    finally:
        process.stop()
        _delete_queue(celery)


def _delete_queue(celery: "Celery[Any]") -> None:
    """Delete the queue of the tests, its messages, and its exchanges in the broker."""
    with celery.connection_for_write() as connection:
        channel: Any = connection.default_channel
        name = celery.conf.task_default_queue
        queue = celery.amqp.queues[name](channel)
        # A broker may not delete a queue that this process has not declared.
        queue.declare()
        queue.purge()
        queue.delete()
        for exchange in (name, f"{name}.pidbox", f"reply.{name}.pidbox", f"{name}.events"):
            channel.exchange_delete(exchange)


class BaseTaskFixture(BaseApplicationFixture):
    """Base of test classes for tasks, which names the options of their worker too."""

    WORKER_OPTIONS: ClassVar[tuple[str, ...]] = ("--concurrency=2",)
