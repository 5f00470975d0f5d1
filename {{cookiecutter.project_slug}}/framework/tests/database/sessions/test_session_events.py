"""Reads go by the session, whose events and loader criteria may change any statement."""

from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from qapla.database.database import Database

from qapla_sample.fleet import Record, RecordReadDriver, Seat, SeatReadDriver

GONE = "gone"


def hide(state: ORMExecuteState) -> None:
    """Leave seats out that are deleted softly, as SQLAlchemy's documentation does it."""
    state.statement = state.statement.options(
        with_loader_criteria(Seat, Seat.note.is_distinct_from(GONE), include_aliases=True)
    )


@pytest.fixture
def soft(session: Session) -> Session:
    """Return a session that hides the second of three seats."""
    session.add_all([Seat(row=1, number=n, note=GONE if n == 2 else None) for n in (1, 2, 3)])
    session.commit()
    session.expunge_all()
    event.listen(session, "do_orm_execute", hide)
    return session


def numbers(seats: Any) -> list[int]:
    """Return the numbers of seats."""
    return [seat.number for seat in seats]


def test_loader_criteria_hold_for_every_read(soft: Session) -> None:
    """A row that the session hides comes back by no method."""
    driver = SeatReadDriver(soft)
    assert (driver.count(), driver.exists(number=2), driver.exists(number=3)) == (2, False, True)
    assert sorted(row["number"] for row in driver.rows("number")) == [1, 3]
    assert numbers(driver.list_all()) == numbers(driver.page(size=5).items) == [1, 3]
    assert driver.find_one(number=2) is None
    assert driver.find_by_id((1, 2)) is None


def test_loader_criteria_hold_on_the_next_page(soft: Session) -> None:
    """They are part of each page, and a cursor passes over hidden rows."""
    driver = SeatReadDriver(soft)
    assert numbers(driver.page(size=1, after=driver.page(size=1).next).items) == [3]


def test_loader_criteria_hold_for_a_stream(soft: Session) -> None:
    """The sessions of its batches have the listeners of the driver's session."""
    assert numbers(SeatReadDriver(soft).stream(batch=1)) == [1, 3]


def test_a_stream_has_the_info_and_the_options_of_its_session(fleet: Database) -> None:
    """A listener finds the tenant where the application has put it."""
    seen: list[object] = []
    with fleet.get_session() as session:
        session.info["tenant"] = "kahless"
        session.execution_options = session.execution_options.union({"level": 7})
        event.listen(
            session,
            "do_orm_execute",
            lambda state: seen.append(
                (state.session.info["tenant"], state.execution_options["level"])
            ),
        )
        assert list(SeatReadDriver(session).stream()) == []
    assert seen == [("kahless", 7)]


def test_rows_of_a_listener_are_taken(soft: Session) -> None:
    """A listener may answer by itself, as a cache does."""

    def answer(state: ORMExecuteState) -> Any:
        return state.invoke_statement().freeze()()

    event.listen(soft, "do_orm_execute", answer)
    rows = SeatReadDriver(soft).rows("number", "note")
    assert sorted(row["number"] for row in rows) == [1, 3]


@pytest.mark.parametrize("options", [{"prebuffer_rows": True}, {"yield_per": 2}])
def test_rows_under_options_of_the_session(session: Session, options: dict[str, Any]) -> None:
    """Rows that SQLAlchemy has buffered, or fetches in parts, are complete."""
    session.execute(insert(Seat), [{"row": 1, "number": n} for n in range(5)])
    session.execution_options = session.execution_options.union(options)
    rows = SeatReadDriver(session).rows("number")
    assert sorted(row["number"] for row in rows) == [0, 1, 2, 3, 4]


def test_rows_with_a_listener_convert_values(session: Session) -> None:
    """The values are the same with and without a listener."""
    session.execute(insert(Record), [{"number": 1, "turned": "abc", "data": {"a": 1}}])
    session.commit()
    driver = RecordReadDriver(session)
    plain = driver.rows()
    event.listen(session, "do_orm_execute", lambda state: None)
    assert driver.rows() == plain
    assert plain[0]["turned"] == "abc"
