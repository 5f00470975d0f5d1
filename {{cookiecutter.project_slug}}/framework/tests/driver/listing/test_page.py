"""Keyset pages: their rows in any order, and the limits of their cursors."""

import base64
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, insert
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.driver import ReadDriver
from qapla.exceptions import BadCursor, QaplaError, UnknownAttribute

from qapla_sample.fleet import (
    Badge,
    BadgeReadDriver,
    Fleet,
    FleetReadDriver,
    Money,
    Rank,
    Record,
    RecordReadDriver,
    Seat,
    SeatReadDriver,
    Vessel,
    VesselReadDriver,
)

SEED = 1701


def pages(driver: ReadDriver[Any], size: int, **options: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows of every page, from the first to the last."""
    after = None
    while True:
        page = driver.page(size=size, after=after, **options)
        yield page.items
        if page.next is None:
            return
        after = page.next


def rows_of(found: Iterator[Sequence[Any]]) -> list[Any]:
    """Return the rows of all pages."""
    return [row for items in found for row in items]


def some_record(chance: random.Random, number: int) -> dict[str, Any]:
    """Return a row with few different values, many of them NULL."""

    def some(make: Callable[[int], Any]) -> Any:
        return None if chance.random() < 0.4 else make(chance.randrange(3))

    return {
        "id": UUID(int=chance.getrandbits(128), version=4),
        "number": chance.randrange(4),
        "grade": chance.choice(list(Rank)),
        "rank": some(lambda n: list(Rank)[n % 2]),
        "price": some(lambda n: Decimal(n * 10) / 4),
        "at": some(lambda n: datetime(2026, 1, 1) + timedelta(microseconds=n)),
        "day": some(lambda n: date(2026, 1, n + 1)),
        "raw": some(lambda n: bytes([n, 255])),
        "turned": some(lambda n: "éab'"[n:]),
        "active": some(lambda n: n == 1),
        "weight": some(lambda n: n / 10),
        "cost": some(Money),
        "shade": chance.choice(["red", "green"]),
    }


@pytest.fixture
def records(session: Session) -> Session:
    """Return a session that has committed records of random values."""
    chance = random.Random(SEED)
    session.execute(insert(Record), [some_record(chance, n) for n in range(30)])
    session.commit()
    return session


ORDERABLE = (
    "number",
    "grade",
    "rank",
    "price",
    "at",
    "day",
    "raw",
    "turned",
    "active",
    "weight",
    "cost",
    "shade",
)


@pytest.mark.parametrize("seed", range(4))
def test_pages_are_the_sorted_list_in_slices(records: Session, seed: int) -> None:
    """In any order, of columns of any type and in mixed directions, nothing is lost or repeated."""
    chance = random.Random(seed)
    driver = RecordReadDriver(records)
    for _ in range(4):
        names = chance.sample(ORDERABLE, k=chance.randrange(4))
        if chance.random() < 0.3:
            names.insert(0, "id")
        order = [chance.choice(["", "-"]) + name for name in names]
        expected = list(driver.list_all(order_by=order))
        size = chance.choice([1, 7, 13, 30, 31])
        found = list(pages(driver, size, order_by=order))
        assert rows_of(iter(found)) == expected, order
        assert [len(items) for items in found] == [
            min(size, 30 - begin) for begin in range(0, 30, size)
        ]


def test_every_type_of_value_stands_in_a_cursor(records: Session) -> None:
    """A cursor gives back exactly the value that it was written from."""
    driver = RecordReadDriver(records)
    for name in ORDERABLE:
        for order in (name, f"-{name}"):
            expected = list(driver.list_all(order_by=order))
            assert rows_of(pages(driver, 4, order_by=order)) == expected, order


def test_the_list_is_sorted_with_nulls_last(records: Session) -> None:
    """The order that pages are compared with is the order of Python."""
    found = RecordReadDriver(records).list_all(order_by=["-day", "number"])
    keys = [(row.day is None, -(row.day or date.min).toordinal(), row.number) for row in found]
    assert keys == sorted(keys)


def seats(session: Session, *numbers: int) -> None:
    """Write seats of row 1, and commit."""
    session.execute(insert(Seat), [{"row": 1, "number": number} for number in numbers])
    session.commit()


def test_a_row_that_is_inserted_between_pages(session: Session) -> None:
    """Before the cursor it is not seen, and nothing is repeated; after it, it is."""
    seats(session, 10, 20, 30, 40)
    driver = SeatReadDriver(session)
    first = driver.page(size=2)
    seats(session, 15, 25)
    second = driver.page(size=9, after=first.next)
    assert [seat.number for seat in second.items] == [25, 30, 40]
    assert second.next is None


def test_a_row_that_is_deleted_between_pages(session: Session) -> None:
    """Nothing is skipped, even when the row of the cursor itself has gone."""
    seats(session, 10, 20, 30, 40)
    driver = SeatReadDriver(session)
    first = driver.page(size=2)
    session.execute(delete(Seat).where(Seat.number <= 20))
    session.commit()
    assert [seat.number for seat in driver.page(size=9, after=first.next).items] == [30, 40]


def test_an_empty_table_has_one_page(session: Session) -> None:
    """It has no rows and no next."""
    page = SeatReadDriver(session).page(size=2)
    assert (list(page.items), page.next) == ([], None)


def test_the_last_page_says_so_even_when_it_is_full(session: Session) -> None:
    """There is no empty page behind it."""
    seats(session, 1, 2, 3, 4)
    assert [len(items) for items in pages(SeatReadDriver(session), 2)] == [2, 2]


def test_pages_take_criteria(session: Session) -> None:
    """They are the rows that fit."""
    session.add_all([Seat(row=n % 2, number=n) for n in range(6)])
    session.commit()
    found = pages(SeatReadDriver(session), 2, row=1)
    assert [[seat.number for seat in items] for items in found] == [[1, 3], [5]]


def test_pages_of_a_composite_key_descending(session: Session) -> None:
    """The part of the key that is not named completes the order."""
    session.add_all([Seat(row=n % 2, number=n) for n in range(6)])
    session.commit()
    found = pages(SeatReadDriver(session), 2, order_by="-row")
    assert [[seat.number for seat in items] for items in found] == [[1, 3], [5, 0], [2, 4]]


def test_pages_of_a_text_key_and_renamed_columns(session: Session) -> None:
    """An order names attributes, by name or as columns."""
    session.add_all([Badge(code=c, label="x" if c < "c" else None) for c in "abcd"])
    session.commit()
    for order in (["-label"], [Badge.label.desc()]):
        found = pages(BadgeReadDriver(session), 1, order_by=order)
        assert [badge.code for badge in rows_of(found)] == ["a", "b", "c", "d"]


def test_pages_of_texts_that_the_collation_takes_for_equal(session: Session) -> None:
    """Whatever an engine holds for equal or greater, its pages follow its own list."""
    names = ["a", "A", "á", "b", "B", "ß", "ss", "z", "Z", "_", "", " ", "é'\"\\"]
    session.add_all([Badge(code=str(n), label=name) for n, name in enumerate(names)])
    session.commit()
    driver = BadgeReadDriver(session)
    for order in ("label", "-label"):
        expected = list(driver.list_all(order_by=order))
        assert rows_of(pages(driver, 1, order_by=order)) == expected


def test_a_page_loads_along(fleet: Database, session: Session) -> None:
    """A page with a relationship is two statements."""
    session.add_all([Fleet(id=n, name=str(n), vessels=[Vessel(name="x")]) for n in range(1, 4)])
    session.commit()
    statements: list[object] = []
    event.listen(fleet.engine, "before_cursor_execute", lambda *_: statements.append(_[2]))
    with fleet.get_session() as own:
        page = FleetReadDriver(own).page(size=2, load=["vessels"])
        assert [len(item.vessels) for item in page.items] == [1, 1]
    assert len([statement for statement in statements if statement != "BEGIN"]) == 2


@pytest.mark.parametrize("size", [0, -1])
def test_a_page_has_a_row(session: Session, size: int) -> None:
    """A size that would never come to an end is refused."""
    with pytest.raises(QaplaError) as caught:
        SeatReadDriver(session).page(size=size)
    assert str(caught.value) == f"Seat: a page has at least one row, not {size}"


def test_an_unknown_order_and_criterion_list_the_columns(session: Session) -> None:
    """They are those of a list."""
    for wrong in ({"order_by": "nmae"}, {"order_by": "-nmae"}, {"nmae": 1}):
        with pytest.raises(UnknownAttribute) as caught:
            SeatReadDriver(session).page(size=1, **wrong)
        assert str(caught.value) == "Seat has no attribute 'nmae'; known: row, number, note"


def cursor_of(session: Session) -> str:
    """Return a cursor of seats in the order of their notes."""
    seats(session, 1, 2)
    cursor = SeatReadDriver(session).page(size=1, order_by="note").next
    assert cursor is not None
    return cursor


def refused(driver: ReadDriver[Any], cursor: Any, **options: Any) -> str:
    """Return the words with which a cursor is refused."""
    with pytest.raises(BadCursor) as caught:
        driver.page(size=1, after=cursor, **options)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_wrong_cursor_is_refused(session: Session) -> None:
    """Whatever it is made of, the error says which listing it should be of."""
    driver = SeatReadDriver(session)
    forged = base64.urlsafe_b64encode(b"123456[null,1,2]").decode()
    for cursor in ("", "x", "é", "\udc80", "a\0b", "AAAA", "=" * 9, forged, "A" * 10_000, 7):
        assert refused(driver, cursor, order_by="note") == (
            f"the cursor {cursor!r} is not one of Seat ordered by note,row,number: "
            "begin at the first page"
        )


def test_a_tampered_cursor_is_refused(session: Session) -> None:
    """Each of its characters counts."""
    cursor = cursor_of(session)
    driver = SeatReadDriver(session)
    for position in range(len(cursor)):
        changed = "A" if cursor[position] != "A" else "B"
        refused(driver, cursor[:position] + changed + cursor[position + 1 :], order_by="note")
    refused(driver, cursor[:-1], order_by="note")
    refused(driver, cursor + "A", order_by="note")


def test_a_foreign_cursor_is_refused(session: Session) -> None:
    """It is one of another order, or of another model."""
    cursor = cursor_of(session)
    for order, shown in (
        (None, "row,number"),
        ("-note", "-note,row,number"),
        (["note", "-row"], "note,-row,number"),
    ):
        assert refused(SeatReadDriver(session), cursor, order_by=order) == (
            f"the cursor {cursor!r} is not one of Seat ordered by {shown}: begin at the first page"
        )
    assert refused(VesselReadDriver(session), cursor) == (
        f"the cursor {cursor!r} is not one of Vessel ordered by id: begin at the first page"
    )
