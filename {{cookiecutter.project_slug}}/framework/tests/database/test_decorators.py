"""`WithDatabase`: a session for a function or a Celery task."""

import asyncio
import inspect
import threading
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qapla.database.decorators import WithDatabase
from qapla.exceptions import NotPrepared, UnknownDatabase

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship
from support.pools import in_use


def test_a_call_gets_a_session_and_closes_it(sample: SampleApplication) -> None:
    """The session is a keyword with the name of the database, and closed after the call."""

    @WithDatabase(sample, "main")
    def count(main: Session) -> tuple[Session, int, int]:
        return main, main.query(Ship).count(), in_use(sample.dbs["main"])

    session, ships, connections = count()
    assert (ships, connections, in_use(sample.dbs["main"])) == (0, 1, 0)
    assert not session.in_transaction()


def test_arguments_reach_the_function(sample: SampleApplication) -> None:
    """The other arguments of the function are passed on, and so is its result."""

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
    """The writes are rolled back, silently, and the connection returns to its pool."""

    @WithDatabase(sample, "main")
    def fail(main: Session) -> None:
        main.add(Ship(name="lost"))
        main.flush()
        raise RuntimeError("failed")

    with pytest.raises(RuntimeError):
        fail()
    assert (in_use(sample.dbs["main"]), caplog.messages) == (0, [])


def test_a_call_inside_another_one_joins_its_session(sample: SampleApplication) -> None:
    """Only the outermost call closes: its objects are usable after the inner one."""
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
    assert in_use(sample.dbs["main"]) == 0


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
