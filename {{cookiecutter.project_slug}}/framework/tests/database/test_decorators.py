"""`WithDatabase`: a session for a function or a Celery task."""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import Retry
from sqlalchemy.orm import Session

from qapla.database.decorators import WithDatabase
from qapla.exceptions import NotPrepared, UnknownDatabase, UnusableFunction

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship


def checked_out(application: SampleApplication) -> int:
    """Return how many connections of `main` are in use."""
    return application.dbs["main"].engine.pool.checkedout()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def celery() -> Celery:
    """Return a Celery application in memory, whose tasks run where they are sent."""
    app = Celery("probe", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    return app


def test_a_call_gets_a_session_and_closes_it(sample: SampleApplication) -> None:
    """The session is a keyword with the name of the database, and closed after the call."""

    @WithDatabase(sample, "main")
    def count(main: Session) -> tuple[Session, int, int]:
        return main, main.query(Ship).count(), checked_out(sample)

    session, ships, connections = count()
    assert (ships, connections, checked_out(sample)) == (0, 1, 0)
    assert not session.in_transaction()


def test_arguments_reach_the_function(sample: SampleApplication) -> None:
    """Whatever else the function takes is passed on, and so is what it returns."""

    @WithDatabase(sample, "main")
    def join(first: str, *rest: str, main: Session, last: str = "!") -> str:
        return " ".join([first, *rest, last, str(isinstance(main, Session))])

    assert join("a", "b", last="c") == "a b c True"


def test_decorating_prepares_nothing() -> None:
    """The application is asked for its database when the function is called."""

    @WithDatabase(SampleApplication(), "main")
    def count(main: Session) -> int:
        return main.query(Ship).count()

    with pytest.raises(NotPrepared):
        count()


def test_an_unknown_database_shows_at_the_call(sample: SampleApplication) -> None:
    """The error lists the known databases."""

    @WithDatabase(sample, "mian")
    def count(mian: Session) -> None: ...

    with pytest.raises(UnknownDatabase, match="known: main, analytics"):
        count()


def test_an_error_closes_the_session(
    sample: SampleApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """What was written is rolled back, silently, and the connection given back."""

    @WithDatabase(sample, "main")
    def fail(main: Session) -> None:
        main.add(Ship(name="lost"))
        main.flush()
        raise RuntimeError("failed")

    with pytest.raises(RuntimeError):
        fail()
    assert (checked_out(sample), caplog.messages) == (0, [])


def test_a_call_inside_another_one_joins_its_session(sample: SampleApplication) -> None:
    """Only the outermost call closes: what it holds is usable after the inner one."""
    opened: list[Session] = []

    @WithDatabase(sample, "main")
    def inner(main: Session) -> None:
        opened.append(main)
        main.add(Ship(name="Rotarran"))

    @WithDatabase(sample, "main")
    def outer(main: Session) -> str:
        inner()
        inner()
        opened.append(main)
        assert main.in_transaction()
        ship = main.query(Ship).first()
        assert ship is not None
        main.rollback()
        return ship.__tablename__

    assert outer() == "ships"
    assert len(set(map(id, opened))) == 1
    assert checked_out(sample) == 0


def test_an_error_of_an_inner_call_leaves_the_session_to_the_outer_one(
    sample: SampleApplication,
) -> None:
    """The outer call may catch the error and go on."""

    @WithDatabase(sample, "main")
    def inner(main: Session) -> None:
        raise RuntimeError("failed")

    @WithDatabase(sample, "main")
    def outer(main: Session) -> int:
        with pytest.raises(RuntimeError):
            inner()
        return main.query(Ship).count()

    assert outer() == 0


def test_calls_one_after_the_other_have_different_sessions(sample: SampleApplication) -> None:
    """A session ends with its call."""

    @WithDatabase(sample, "main")
    def give(main: Session) -> Session:
        return main

    assert give() is not give()


def test_two_applications_do_not_share_a_session(
    make_sample: Callable[..., SampleApplication],
) -> None:
    """A database of the same name in another application is another one."""
    one, other = make_sample(), make_sample()

    @WithDatabase(one, "main")
    def outer(main: Session) -> bool:
        return WithDatabase(other, "main")(lambda main: main)() is main

    assert outer() is False


def test_stacked_decorators_pass_several_databases(sample: SampleApplication) -> None:
    """A function may ask for each database."""

    @WithDatabase(sample, "main")
    @WithDatabase(sample, "analytics")
    def both(factor: int, main: Session, analytics: Session) -> list[str]:
        return [str(session.get_bind().url.database)[-8:] for session in (main, analytics)] * factor  # type: ignore[union-attr]

    assert both(1) == [f"{'/main.db'}", "ytics.db"]
    assert str(inspect.signature(both)) == "(factor: int) -> list[str]"


def test_a_thread_of_asyncio_does_not_share_the_session(sample: SampleApplication) -> None:
    """`asyncio.to_thread` copies the context, but a session stays in its thread."""

    @WithDatabase(sample, "main")
    def give(main: Session) -> Session:
        return main

    @WithDatabase(sample, "main")
    def outer(main: Session) -> list[bool]:
        async def ask() -> Session:
            return await asyncio.to_thread(give)

        return [give() is main, asyncio.run(ask()) is main]

    assert outer() == [True, False]


def test_two_threads_never_share_a_session(sample: SampleApplication) -> None:
    """Calls at the same time have different sessions."""
    together = threading.Barrier(2, timeout=5)
    sessions: list[Session] = []

    @WithDatabase(sample, "main")
    def keep(main: Session) -> None:
        sessions.append(main)
        together.wait()

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sessions[0] is not sessions[1]


async def _coroutine(main: Session) -> None: ...


async def _async_generator(main: Session) -> AsyncIterator[int]:
    yield 1


def _generator(main: Session) -> Iterator[int]:
    yield 1


@pytest.mark.parametrize("function", [_coroutine, _async_generator, _generator])
def test_what_runs_after_its_call_is_refused(function: Callable[..., Any]) -> None:
    """The body of a coroutine or generator would find its session closed."""
    with pytest.raises(UnusableFunction) as caught:
        WithDatabase(SampleApplication(), "main")(function)
    assert str(caught.value) == (
        f"WithDatabase cannot open a session for {function.__name__}: a coroutine or generator "
        "runs after its call has ended; open the session inside it"
    )


def test_a_function_without_the_parameter_is_refused() -> None:
    """The function must take the session by the name of the database."""

    def count(session: Session) -> None: ...

    with pytest.raises(UnusableFunction) as caught:
        WithDatabase(SampleApplication(), "main")(count)
    assert str(caught.value) == (
        "WithDatabase passes the session of 'main' as a keyword, which "
        "test_a_function_without_the_parameter_is_refused.<locals>.count does not take: "
        "add the parameter main"
    )


def test_a_call_with_a_session_of_its_own_is_refused(sample: SampleApplication) -> None:
    """Two sessions for one parameter are a mistake; the function itself is still there."""

    @WithDatabase(sample, "main")
    def count(main: Any) -> Any:
        return main

    with pytest.raises(UnusableFunction) as caught:
        count(main="mine")
    assert str(caught.value) == (
        "count() was called with 'main', which WithDatabase passes: "
        "leave it out, or call count.__wrapped__()"
    )
    assert count.__wrapped__(main="mine") == "mine"  # type: ignore[attr-defined]


def test_the_function_keeps_its_name_and_hides_the_session(sample: SampleApplication) -> None:
    """The signature is the one that callers use."""

    @WithDatabase(sample, "main")
    def launch(name: str, *, main: Session, speed: int = 1) -> str:
        """Launch a ship."""
        return name

    assert (launch.__name__, launch.__doc__) == ("launch", "Launch a ship.")
    assert str(inspect.signature(launch)) == "(name: str, *, speed: int = 1) -> str"


def test_a_function_of_any_keywords(sample: SampleApplication) -> None:
    """A function with `**kwargs` gets the session among them."""

    @WithDatabase(sample, "main")
    def names(**kwargs: Any) -> list[str]:
        return sorted(kwargs)

    assert names(a=1) == ["a", "main"]


@pytest.mark.parametrize("commit", [True, False])
def test_lost_writes_are_reported(
    sample: SampleApplication, caplog: pytest.LogCaptureFixture, commit: bool
) -> None:
    """A function that ends well with writes that nobody committed is warned about."""

    @WithDatabase(sample, "main")
    def write(main: Session) -> None:
        main.add(Ship(name="Rotarran"))
        if commit:
            main.commit()

    write()
    lost = (
        "database 'main': the function write ended with writes that nobody committed, and they "
        "are lost: commit the session, or write inside `with driver.transaction():`"
    )
    assert caplog.messages == ([] if commit else [lost])


def test_only_the_outermost_call_reports(
    sample: SampleApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """An inner call may leave its writes to be committed by the outer one."""

    @WithDatabase(sample, "main")
    def inner(main: Session) -> None:
        main.add(Ship(name="Rotarran"))

    @WithDatabase(sample, "main")
    def outer(main: Session) -> None:
        inner()
        main.commit()

    outer()
    assert caplog.messages == []


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
    assert checked_out(sample) == 0


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
    assert checked_out(sample) == 0


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
