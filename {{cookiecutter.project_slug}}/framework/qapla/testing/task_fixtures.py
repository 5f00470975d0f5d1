"""The pytest fixtures of tasks: called in the test's transaction, sent, or run by a real worker.

Celery is imported by the fixtures that need it: a project may have none.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from qapla.database.application import DatabaseApplication

if TYPE_CHECKING:
    from celery import Celery

    from qapla.celery.task import Task
    from qapla.testing.tasks import OnCommit
    from qapla.testing.worker import WorkerProcess

_EAGER = ("task_always_eager", "task_eager_propagates")
_WORKER_OPTIONS = ("--concurrency=2",)


@pytest.fixture
def celery(application: DatabaseApplication) -> "Celery[Task]":
    """Return the Celery application under test."""
    from qapla.testing.tasks import celery_of

    return celery_of(application)


@pytest.fixture
def eager_tasks(celery: "Celery[Task]") -> Iterator[None]:
    """Run each task where it is sent, in the test's transaction; its errors are raised there.

    Source: Celery, `task_always_eager` and `task_eager_propagates`.
    """
    before = {name: celery.conf[name] for name in _EAGER}
    celery.conf.update(dict.fromkeys(_EAGER, True))
    yield
    celery.conf.update(before)


@pytest.fixture
def on_commit(celery: "Celery[Task]", monkeypatch: pytest.MonkeyPatch) -> "OnCommit":
    """Record the tasks that are sent, and run those that wait for a commit.

    No message leaves the test; with `eager_tasks` the tasks are run.
    """
    from qapla.testing.tasks import OnCommit

    return OnCommit.record(celery, monkeypatch)


@pytest.fixture
def worker(
    application: DatabaseApplication,
    celery: "Celery[Task]",
    committing: None,
    request: pytest.FixtureRequest,
) -> "Iterator[WorkerProcess]":
    """Run a worker in a process of its own, on the test's databases.

    Sessions commit for real in this test, as the worker has connections of its own; the rows are gone
    before the next test. `WORKER_OPTIONS` of the test's class has options of `celery worker`.
    """
    from qapla.testing.tasks import running_worker

    for database in application.dbs.values():
        # To touch it is to make it new.
        database.get_session().close()
    options: Any = getattr(request.cls, "WORKER_OPTIONS", _WORKER_OPTIONS)
    with running_worker(celery, application.package, options) as process:
        yield process
