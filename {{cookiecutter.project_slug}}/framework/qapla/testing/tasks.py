"""The pytest fixtures of tasks: called in the test's transaction, sent, or run by a real worker."""

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

_EAGER = ("task_always_eager", "task_eager_propagates")


@dataclass(frozen=True)
class SentTask:
    """Say what was sent: a task by its name, its id, its arguments and its options."""

    name: str
    task_id: str | None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


class OnCommit:
    """Show which tasks were sent in a test, and run what waits for a commit."""

    def __init__(self) -> None:
        self.sent: list[SentTask] = []

    def run(self, session: Session) -> list[SentTask]:
        """Run what waits for the commit of a session's transaction; return what that has sent."""
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
    """Delete the queue of the tests, its messages, and what else has its name in the broker."""
    with celery.connection_for_write() as connection:
        channel: Any = connection.default_channel
        name = celery.conf.task_default_queue
        queue = celery.amqp.queues[name](channel)
        # A broker may not delete what this process has not declared.
        queue.declare()
        queue.purge()
        queue.delete()
        for exchange in (name, f"{name}.pidbox", f"reply.{name}.pidbox", f"{name}.events"):
            channel.exchange_delete(exchange)


class BaseTaskFixture(BaseApplicationFixture):
    """Give a test class the fixtures of tasks; a subclass names its application and a database."""

    WORKER_OPTIONS: ClassVar[tuple[str, ...]] = ("--concurrency=2",)

    @pytest.fixture
    def celery(self, application: DatabaseApplication) -> "Celery[Task]":
        """Return the Celery application under test."""
        return celery_of(application)

    @pytest.fixture
    def eager_tasks(self, celery: "Celery[Task]") -> Iterator[None]:
        """Run each task where it is sent, in the test's transaction; its errors are raised there.

        Source: Celery, `task_always_eager` and `task_eager_propagates`.
        """
        before = {name: celery.conf[name] for name in _EAGER}
        celery.conf.update(dict.fromkeys(_EAGER, True))
        yield
        celery.conf.update(before)

    @pytest.fixture
    def on_commit(self, celery: "Celery[Task]", monkeypatch: pytest.MonkeyPatch) -> OnCommit:
        """Return what shows the tasks that are sent, and runs what waits for a commit.

        No message leaves the test; with `eager_tasks` the tasks are run.
        """
        shown = OnCommit()
        original = Task.apply_async

        def apply_async(
            task: Task, args: Any = None, kwargs: Any = None, task_id: Any = None, **options: Any
        ) -> AsyncResult[Any]:
            sent = SentTask(task.name, task_id, tuple(args or ()), dict(kwargs or {}), options)
            shown.sent.append(sent)
            if celery.conf.task_always_eager:
                return original(task, args, kwargs, task_id=task_id, **options)
            return task.AsyncResult(task_id or "")

        monkeypatch.setattr(Task, "apply_async", apply_async)
        return shown

    @pytest.fixture
    def worker(
        self, application: DatabaseApplication, celery: "Celery[Task]", committing: None
    ) -> Iterator[WorkerProcess]:
        """Run a worker in a process of its own, on the test's databases.

        Sessions commit for real in this test, as the worker has connections of its own; what was
        committed is gone before the next test.
        """
        for database in application.dbs.values():
            # To touch it is to make it new.
            database.get_session().close()
        with running_worker(celery, application.package, self.WORKER_OPTIONS) as process:
            yield process
