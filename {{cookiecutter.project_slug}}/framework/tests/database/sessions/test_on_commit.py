"""Callbacks that wait for the real commit of a session."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from qapla.database.sessions.on_commit import on_commit, run_pending

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver


@pytest.fixture
def session(sample: SampleApplication) -> Iterator[Session]:
    """Return a session of main."""
    with sample.dbs["main"].get_session() as session:
        yield session


def note(session: Session, calls: list[object], what: object) -> None:
    """Write a row, so that there is a transaction, and note the call when it is committed."""
    session.add(Ship(name=str(what)))
    session.flush()
    on_commit(session, lambda: calls.append(what))


def test_callbacks_run_after_the_commit_in_order(session: Session) -> None:
    """The functions are called in their order, once, and not before the commit."""
    calls: list[object] = []
    for number in range(3):
        note(session, calls, number)
    assert calls == []
    session.commit()
    assert calls == [0, 1, 2]
    session.add(Ship(name="another"))
    session.commit()
    assert calls == [0, 1, 2]


def test_without_a_transaction_the_callback_is_called_at_once(session: Session) -> None:
    """There is nothing to wait for."""
    calls: list[str] = []
    on_commit(session, lambda: calls.append("now"))
    assert calls == ["now"]


def test_an_object_that_is_not_flushed_is_waited_for(session: Session) -> None:
    """To add an object begins a transaction."""
    calls: list[str] = []
    session.add(Ship(name="Rotarran"))
    on_commit(session, lambda: calls.append("later"))
    assert calls == []
    session.commit()
    assert calls == ["later"]


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_nothing_runs_after_a_rollback(session: Session, end: str) -> None:
    """Nor later: the next commit is of something else."""
    calls: list[object] = []
    note(session, calls, "lost")
    getattr(session, end)()
    note(session, calls, "kept")
    session.commit()
    assert calls == ["kept"]


def test_nothing_runs_after_the_rollback_of_a_second_transaction(session: Session) -> None:
    """That the first one was committed says nothing of it."""
    calls: list[object] = []
    note(session, calls, "kept")
    session.commit()
    note(session, calls, "lost")
    session.rollback()
    assert calls == ["kept"]


def test_a_commit_that_fails_runs_nothing(session: Session) -> None:
    """A constraint that fails in the commit's flush is a rollback."""
    calls: list[object] = []
    note(session, calls, "lost")
    session.add(Ship(name=None))
    with pytest.raises(Exception, match="NOT NULL"):
        session.commit()
    session.rollback()
    session.commit()
    assert calls == []


def test_a_savepoint_that_is_released_runs_nothing_yet(session: Session) -> None:
    """Its callbacks wait for the root transaction, in order with the others."""
    calls: list[object] = []
    note(session, calls, 1)
    with session.begin_nested():
        note(session, calls, 2)
        with session.begin_nested():
            note(session, calls, 3)
    note(session, calls, 4)
    assert calls == []
    session.commit()
    assert calls == [1, 2, 3, 4]


def test_a_savepoint_that_is_rolled_back_takes_its_callbacks_along(session: Session) -> None:
    """Functions of released savepoints inside it are dropped too; those before and after it stay."""
    calls: list[object] = []
    note(session, calls, "before")
    savepoint = session.begin_nested()
    note(session, calls, "inside")
    with session.begin_nested():
        note(session, calls, "further inside")
    savepoint.rollback()
    note(session, calls, "after")
    session.commit()
    assert calls == ["before", "after"]


def test_a_savepoint_left_open_is_committed_with_its_root(session: Session) -> None:
    """The commit of the session commits every savepoint."""
    calls: list[object] = []
    session.begin_nested()
    note(session, calls, "inside")
    session.commit()
    assert calls == ["inside"]


def test_a_callback_may_use_the_session(session: Session) -> None:
    """The transaction has ended: the session begins a new one."""
    seen: list[int] = []
    session.add(Ship(name="Rotarran"))
    on_commit(session, lambda: seen.append(session.query(Ship).count()))
    session.commit()
    assert seen == [1]


def test_an_error_of_one_callback_does_not_stop_the_others(session: Session) -> None:
    """All are called; the commit has taken place, and raises the first error."""
    calls: list[str] = []

    def fail() -> None:
        raise RuntimeError("the broker is away")

    session.add(Ship(name="Rotarran"))
    on_commit(session, fail)
    on_commit(session, lambda: calls.append("called"))
    with pytest.raises(RuntimeError, match="the broker is away"):
        session.commit()
    assert calls == ["called"]
    assert session.query(Ship).count() == 1


def test_tests_may_run_waiting_functions(session: Session) -> None:
    """It is run once, as if it had been committed."""
    calls: list[object] = []
    run_pending(session)
    note(session, calls, "run")
    run_pending(session)
    assert calls == ["run"]
    session.commit()
    assert calls == ["run"]


def test_a_transaction_is_waited_for_before_its_first_statement(session: Session) -> None:
    """A function from the start of a driver's transaction is not called when that fails."""
    calls: list[object] = []

    def fail() -> None:
        with ShipWriteDriver(session).transaction():
            on_commit(session, lambda: calls.append("called"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert calls == []
