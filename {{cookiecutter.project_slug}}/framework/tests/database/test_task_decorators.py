"""Tasks of Celery below the decorator: their names, their calls, and their sessions."""

from typing import Any

import pytest
from celery import Celery
from celery.exceptions import Retry
from sqlalchemy.orm import Session

from qapla.database.decorators import WithDatabase

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship
from support.pools import in_use


@pytest.fixture
def celery() -> Celery:
    """Return a Celery application in memory, whose tasks run where they are sent."""
    app = Celery("probe", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    return app


def test_a_task_has_the_name_of_its_function(sample: SampleApplication, celery: Celery) -> None:
    """Two tasks of one module are two tasks."""

    @celery.task(shared=False)
    @WithDatabase(sample, "main")
    def first(main: Session) -> str:
        return "first"

    @celery.task(shared=False)
    @WithDatabase(sample, "main")
    def second(main: Session) -> str:
        return "second"

    assert [first.name, second.name] == [f"{__name__}.first", f"{__name__}.second"]
    assert [first.delay().get(), second.delay().get()] == ["first", "second"]


@pytest.mark.parametrize("arguments", [(), (1, 2), ("main",)])
def test_a_wrong_call_of_a_task_fails_where_it_is_sent(
    sample: SampleApplication, celery: Celery, arguments: tuple[Any, ...]
) -> None:
    """`delay` checks the arguments against the signature without the session."""
    celery.conf.task_always_eager = False

    @celery.task(shared=False)
    @WithDatabase(sample, "main")
    def launch(name: str, main: Session) -> None: ...

    keywords = {"main": "mine"} if arguments == ("main",) else {}
    with pytest.raises(TypeError, match="argument"):
        launch.delay(*arguments, **keywords)


@pytest.mark.parametrize("send", ["delay", "apply", "apply_async"])
def test_a_task_starts_with_no_session(
    sample: SampleApplication, celery: Celery, send: str
) -> None:
    """A task that runs within a decorated call has a session of its own, as in a worker."""

    @celery.task(shared=False)
    @WithDatabase(sample, "main")
    def task(main: Session) -> Session:
        return main

    @WithDatabase(sample, "main")
    def outer(main: Session) -> list[bool]:
        return [getattr(task, send)().get() is main, task() is main]

    # Called as a function, it is one.
    assert outer() == [False, True]
    assert in_use(sample.dbs["main"]) == 0


def test_a_task_that_fails_gives_the_sessions_of_its_caller_back(
    sample: SampleApplication, celery: Celery
) -> None:
    """After a task within a call, the call joins its own session again."""

    @celery.task(shared=False)
    @WithDatabase(sample, "main")
    def task(main: Session) -> None:
        raise RuntimeError("failed")

    @WithDatabase(sample, "main")
    def give(main: Session) -> Session:
        return main

    @WithDatabase(sample, "main")
    def outer(main: Session) -> bool:
        with pytest.raises(RuntimeError):
            task.delay()
        return give() is main

    assert outer() is True


def test_a_task_that_is_retried_starts_with_no_session(
    sample: SampleApplication, celery: Celery
) -> None:
    """Every attempt has a session of its own, which is closed before the next."""
    attempts: list[Session] = []

    @celery.task(shared=False, bind=True, max_retries=2, default_retry_delay=0)
    @WithDatabase(sample, "main")
    def task(self: Any, main: Session) -> int:
        attempts.append(main)
        if len(attempts) < 3:
            raise self.retry()
        return main.query(Ship).count()

    celery.conf.task_eager_propagates = False
    try:
        assert task.delay().get() == 0
    except Retry:  # pragma: no cover
        pytest.fail("the task was not tried again")
    assert len(set(map(id, attempts))) == 3
    assert in_use(sample.dbs["main"]) == 0


def test_lost_writes_of_a_task_are_reported(
    sample: SampleApplication, celery: Celery, caplog: pytest.LogCaptureFixture
) -> None:
    """A task is named by its function."""

    @celery.task(shared=False)
    @WithDatabase(sample, "main")
    def launch(main: Session) -> None:
        main.add(Ship(name="lost"))

    launch.delay()
    assert [message for message in caplog.messages if "lost" in message] == [
        "database 'main': the function launch ended with writes that nobody committed, and they "
        "are lost: commit the session, or write inside `with driver.transaction():`"
    ]
