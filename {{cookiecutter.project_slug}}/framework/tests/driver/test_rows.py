"""Columns as dicts in place of objects: the same rows and values as an object has, on every engine."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, with_loader_criteria

from qapla.database.database import Database
from qapla.driver import Page
from qapla.exceptions import BadCursor, ObjectNotFound, QaplaError, UnknownAttribute

from qapla_sample.fleet import (
    Badge,
    BadgeReadDriver,
    Money,
    Rank,
    Record,
    RecordReadDriver,
    Seat,
    SeatReadDriver,
    Vessel,
    VesselReadDriver,
)
from support.statements import counted


@pytest.fixture
def seats(session: Session) -> Session:
    """Return a session that has committed nine seats."""
    session.add_all(Seat(row=row, number=n, note=f"{row}{n}") for row in range(3) for n in range(3))
    session.commit()
    return session


def as_dict(row: Any) -> dict[str, Any]:
    """Return the columns of an object."""
    return {prop.key: getattr(row, prop.key) for prop in type(row).__mapper__.column_attrs}


def pages(driver: SeatReadDriver, *columns: str, **options: Any) -> Iterator[Page[dict[str, Any]]]:
    """Yield every page of four rows."""
    page = driver.page_rows(*columns, size=4, **options)
    yield page
    while page.next:
        page = driver.page_rows(*columns, size=4, after=page.next, **options)
        yield page


def test_a_row_has_the_values_of_the_object(session: Session) -> None:
    """Each type is converted as the ORM converts it."""
    record = Record(number=7, rank=Rank.HIGH, turned="éa", cost=Money(3), raw=b"\x00\xff")
    session.add(record)
    session.commit()
    driver = RecordReadDriver(session)
    row = driver.get_row(record.id)
    assert row == as_dict(driver.get_by_id(record.id))
    assert (row["rank"], row["turned"], row["cost"]) == (Rank.HIGH, "éa", Money(3))


def test_the_columns_of_a_row(session: Session, gold: Badge) -> None:
    """They are named by their attributes; a text and a tuple are keys too."""
    session.add(Seat(row=1, number=2))
    session.commit()
    assert BadgeReadDriver(session).get_row("gold", "label") == {"label": "x"}
    assert SeatReadDriver(session).find_row((1, 2), "note", "row") == {"note": None, "row": 1}
    assert SeatReadDriver(session).find_row((2, 1)) is None
    assert VesselReadDriver(session).find_row(2**80) is None


def test_a_row_that_is_not_there(session: Session) -> None:
    """The error is that of an object."""
    with pytest.raises(ObjectNotFound) as caught:
        BadgeReadDriver(session).get_row("x")
    assert str(caught.value) == "Badge 'x' does not exist"


def test_an_unknown_column(session: Session) -> None:
    """The error lists those that there are."""
    driver = BadgeReadDriver(session)
    for ask in (lambda: driver.get_row("x", "lable"), lambda: driver.page_rows("lable", size=1)):
        with pytest.raises(UnknownAttribute) as caught:
            ask()
        assert str(caught.value) == "Badge has no attribute 'lable'; known: code, label, key"


def test_pending_and_uncommitted_rows_are_seen(session: Session, gold: Badge) -> None:
    """As with every method of a driver."""
    gold.label = "changed"
    assert BadgeReadDriver(session).get_row("gold", "label") == {"label": "changed"}
    session.rollback()
    assert BadgeReadDriver(session).get_row("gold", "label") == {"label": "x"}


def test_a_session_of_sqlalchemy_itself(fleet: Database) -> None:
    """Pending objects are flushed there too."""
    with Session(fleet.engine) as session:
        session.add(Seat(row=1, number=2))
        assert SeatReadDriver(session).get_row((1, 2), "row") == {"row": 1}


@pytest.mark.parametrize("order", [None, "-note", ["number", "-row"]])
def test_pages_of_rows_are_those_of_objects(seats: Session, order: Any) -> None:
    """In the same order, with the same cursors, whether the columns of the order are asked for or not."""
    driver = SeatReadDriver(seats)
    expected = [as_dict(seat) for seat in driver.list_all(order_by=order)]
    found = list(pages(driver, order_by=order))
    assert [row for page in found for row in page.items] == expected
    assert found[0].next == driver.page(size=4, order_by=order).next
    notes = [row for page in pages(driver, "note", order_by=order) for row in page.items]
    assert notes == [{"note": row["note"]} for row in expected]


def test_pages_of_rows_take_criteria(seats: Session) -> None:
    """They are the criteria of every listing."""
    page = SeatReadDriver(seats).page_rows("number", size=2, row=1)
    assert page.items == [{"number": 0}, {"number": 1}]
    after = SeatReadDriver(seats).page_rows("number", size=2, after=page.next, row=1)
    assert after == Page([{"number": 2}], None)


def test_pages_of_nullable_columns(session: Session, vessels: list[Vessel]) -> None:
    """Rows without a value come last."""
    driver = VesselReadDriver(session)
    first = driver.page_rows("id", size=2, order_by="crew")
    assert first.items == [{"id": 1}, {"id": 2}]
    assert driver.page_rows("id", size=2, after=first.next, order_by="crew").items == [{"id": 3}]


def test_a_page_of_rows_refuses(seats: Session) -> None:
    """A size of nothing, and a cursor of another order."""
    driver = SeatReadDriver(seats)
    with pytest.raises(QaplaError) as caught:
        driver.page_rows(size=0)
    assert str(caught.value) == "Seat: a page has at least one row, not 0"
    with pytest.raises(BadCursor):
        driver.page_rows(size=1, order_by="note", after=driver.page_rows(size=1).next)


def test_a_stream_of_rows(seats: Session) -> None:
    """In the order of the key, by batches, also after the end of the session."""
    stream = SeatReadDriver(seats).stream_rows("note", batch=2, number=1)
    seats.close()
    assert list(stream) == [{"note": "01"}, {"note": "11"}, {"note": "21"}]


def test_criteria_of_a_listener_hold(seats: Session) -> None:
    """Such as those of a tenant."""

    @event.listens_for(seats, "do_orm_execute")
    def restrict(state: Any) -> None:
        state.statement = state.statement.options(with_loader_criteria(Seat, Seat.row == 1))

    driver = SeatReadDriver(seats)
    assert driver.find_row((0, 0)) is None
    assert [row["row"] for row in driver.page_rows(size=9).items] == [1, 1, 1]
    assert [row["row"] for row in driver.stream_rows(batch=2)] == [1, 1, 1]


def test_a_row_is_one_statement(fleet: Database, seats: Session) -> None:
    """And nothing but the columns."""
    seats.close()
    with counted(fleet) as statements:
        SeatReadDriver(seats).get_row((1, 1), "note")
    (statement,) = statements
    assert "seats.note" in statement.partition("FROM")[0]
    assert "seats.number" not in statement.partition("FROM")[0]
