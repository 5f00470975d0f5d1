"""The bases of tasks: sent on commit, retried when the database is away."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from celery.exceptions import Reject, Retry
from kombu.exceptions import EncodeError
from psycopg import errors
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qapla.celery.task import DatabaseTask, Task

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship


@pytest.fixture
def celery() -> "Celery[Task]":
    """Return a Celery application in memory, with our tasks."""
    app = Celery("probe", task_cls=Task, set_as_current=False)
    app.conf.update(broker_url="memory://", result_backend="cache+memory://")
    # All applications of the process share the memory.
    app.conf.task_default_queue = str(uuid4())
    return app


@pytest.fixture
def session(sample: SampleApplication) -> Iterator[Session]:
    """Return a session of main."""
    with sample.dbs["main"].get_session() as session:
        yield session


def messages(app: "Celery[Task]") -> list[tuple[str, Any]]:
    """Return the ids and arguments of the messages in the broker, in their order."""
    found = []
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        while queue.qsize():
            message = queue.get()
            found.append((message.headers["id"], message.payload[0]))
            message.ack()
        queue.close()
    return found


def test_a_task_leaves_with_the_commit(session: Session, celery: "Celery[Task]") -> None:
    """In order, and with the ids that were known before."""

    @celery.task(shared=False)
    def task(number: int) -> None: ...

    session.add(Ship(name="Rotarran"))
    first = task.delay_on_commit(session, 1)
    second = task.apply_async_on_commit(session, (2,), task_id="mine")
    assert (messages(celery), second.id) == ([], "mine")
    session.commit()
    assert messages(celery) == [(first.id, [1]), ("mine", [2])]


def test_a_task_of_a_rolled_back_savepoint_never_leaves(
    session: Session, celery: "Celery[Task]"
) -> None:
    """Neither at its rollback, nor at the commit."""

    @celery.task(shared=False)
    def task(number: int) -> None: ...

    session.add(Ship(name="Rotarran"))
    savepoint = session.begin_nested()
    task.delay_on_commit(session, 1)
    savepoint.rollback()
    session.commit()
    assert messages(celery) == []


def test_without_a_transaction_a_task_leaves_at_once(
    session: Session, celery: "Celery[Task]"
) -> None:
    """As Celery's task for Django does."""

    @celery.task(shared=False)
    def task(number: int) -> None: ...

    result = task.delay_on_commit(session, 1)
    assert messages(celery) == [(result.id, [1])]


def test_a_wrong_call_fails_before_the_commit(session: Session, celery: "Celery[Task]") -> None:
    """Arguments are checked, and made part of a message, where the call stands."""

    @celery.task(shared=False)
    def task(number: int) -> None: ...

    with pytest.raises(TypeError):
        task.delay_on_commit(session)
    with pytest.raises(EncodeError):
        task.delay_on_commit(session, session)


def test_arguments_are_those_of_the_call(session: Session, celery: "Celery[Task]") -> None:
    """A change of a list before the commit is not sent."""

    @celery.task(shared=False)
    def task(numbers: list[int]) -> None: ...

    session.add(Ship(name="Rotarran"))
    numbers = [1]
    task.delay_on_commit(session, numbers)
    numbers.append(2)
    session.commit()
    assert [args for _, args in messages(celery)] == [[[1]]]


def failing(app: "Celery[Task]", errors_to_raise: list[Exception], **options: Any) -> Any:
    """Return a task that raises the errors, one at each attempt, and then returns its attempt."""

    @app.task(base=DatabaseTask, bind=True, shared=False, **options)
    def task(self: Any) -> int:
        if errors_to_raise:
            raise errors_to_raise.pop(0)
        return int(self.request.retries)

    return task


def deadlock() -> Exception:
    """Return the error of a deadlock as SQLAlchemy raises it."""
    return OperationalError("UPDATE", {}, errors.DeadlockDetected("deadlock"))


def test_a_transient_error_is_retried(celery: "Celery[Task]") -> None:
    """The task runs again, with the count of its attempts and its id."""
    assert failing(celery, [deadlock(), deadlock()]).apply().get() == 2


def test_another_error_is_not_retried(celery: "Celery[Task]") -> None:
    """A mistake stays one."""
    task = failing(celery, [OperationalError("SELECT", {}, errors.UndefinedTable("no"))])
    result = task.apply()
    assert isinstance(result.result, OperationalError)


def test_attempts_end(celery: "Celery[Task]", monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last one the task fails with the database's own error."""
    monkeypatch.setattr(DatabaseTask, "database_max_retries", 2)
    raised = [deadlock() for _ in range(9)]
    result = failing(celery, raised, max_retries=0).apply()
    assert (type(result.result), len(raised)) == (OperationalError, 6)


def test_a_retry_waits_longer_each_time(
    celery: "Celery[Task]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to a minute, at random below it, so that not all tasks come back together."""
    monkeypatch.setattr("celery.utils.time.random.randrange", lambda stop: stop - 1)
    task = failing(celery, [])
    waits = []
    for retries in range(8):
        task.push_request(retries=retries, called_directly=False)
        waits.append(task._backoff())
        task.pop_request()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_direct_call_raises_the_error(celery: "Celery[Task]") -> None:
    """Without a worker there is nobody who would try again."""
    with pytest.raises(OperationalError):
        failing(celery, [deadlock()])()


def test_retries_of_its_own_are_left_alone(celery: "Celery[Task]") -> None:
    """A task that retries by itself raises Celery's Retry, as ever."""

    @celery.task(base=DatabaseTask, bind=True, shared=False)
    def task(self: Any) -> None:
        raise self.retry(countdown=1)

    task.push_request(called_directly=False, id="1", is_eager=False, delivery_info={})
    try:
        with pytest.raises(Retry):
            task.__call__()
    finally:
        task.pop_request()


def test_a_retry_that_cannot_be_sent_goes_back_to_the_broker(
    celery: "Celery[Task]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker is away too: Celery would drop the message, and here it comes again."""

    def away(*_: Any, **__: Any) -> None:
        raise Reject(ConnectionError("refused"), requeue=False)

    task = failing(celery, [deadlock()])
    monkeypatch.setattr(task.__class__, "retry", away)
    task.push_request(called_directly=False)
    try:
        with pytest.raises(Reject) as caught:
            task.__call__()
    finally:
        task.pop_request()
    assert caught.value.args[1] is True
