"""Keys and criteria that no row can have: they match nothing, on every engine."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Date, DateTime, Enum, LargeBinary, Numeric, String
from sqlalchemy.orm import Session, undefer
from sqlalchemy.types import TypeEngine

from qapla.driver.mapping.values import as_key
from qapla.exceptions import ObjectNotFound, QaplaError

from qapla_sample.fleet import (
    Badge,
    BadgeReadDriver,
    BadgeWriteDriver,
    MoneyType,
    Rank,
    Record,
    RecordReadDriver,
    RecordWriteDriver,
    SeatReadDriver,
    Vessel,
    VesselReadDriver,
    VesselWriteDriver,
)

TOO_BIG: list[Any] = [2**31, -(2**31) - 1, 2**63, 10**30, float("inf"), float("nan")]
TOO_BIG += [Decimal("1e40"), Decimal("1e999999999"), Decimal("NaN"), Decimal("sNaN")]
NO_NUMBERS = ["x", "", "1x", "1_0", "٣", " 1", "9" * 40, "9" * 5000, None, b"1", [1], 1.5, "\0"]
NO_TEXTS = ["\udc80", "a\ud800"]
ID = UUID(int=1701, version=4)


@pytest.fixture
def rows(session: Session) -> Iterator[Session]:
    """Return a session that has committed a vessel, a badge and a record."""
    session.add_all([Vessel(id=1, name="Rotarran", crew=12), Badge(code="gold", key=7)])
    session.add(Record(id=ID, number=1, weight=1.5))
    session.commit()
    yield session
    assert not session.in_transaction()


@pytest.mark.parametrize("key", [*TOO_BIG, *NO_NUMBERS], ids=lambda key: repr(key)[:12])
def test_a_key_that_is_no_number_of_its_column(rows: Session, key: Any) -> None:
    """No row has it; it is no error of the server or of the driver."""
    reads, writes = VesselReadDriver(rows), VesselWriteDriver(rows)
    assert reads.find_by_id(key) is None
    assert reads.find_by_id(key, load=[undefer("*")]) is None
    for attempt in (reads.get_by_id, writes.delete, writes.get_for_update):
        with pytest.raises(ObjectNotFound) as caught:
            attempt(key)
        assert str(caught.value) == f"Vessel {key!r} does not exist"
    rows.rollback()


@pytest.mark.parametrize("key", NO_TEXTS, ids=ascii)
def test_a_key_that_is_no_text(rows: Session, key: str) -> None:
    """Half of a surrogate pair has no bytes to send."""
    assert BadgeReadDriver(rows).find_by_id(key) is None
    assert BadgeReadDriver(rows).count(label=key) == 0
    with pytest.raises(ObjectNotFound):
        BadgeWriteDriver(rows).update(key, label="x")


def test_a_key_with_a_zero_character(rows: Session) -> None:
    """PostgreSQL has no such text; the others find none."""
    assert BadgeReadDriver(rows).find_by_id("gold\0") is None
    assert BadgeReadDriver(rows).list_all(code="gold\0") == []


@pytest.mark.parametrize("key", ["x", "", 7, None, str(ID)[:-1], "\0", b"x"])
def test_a_key_that_is_no_uuid(rows: Session, key: Any) -> None:
    """SQLAlchemy would ask a text for its `hex` on some engines."""
    assert RecordReadDriver(rows).find_by_id(key) is None
    with pytest.raises(ObjectNotFound):
        RecordWriteDriver(rows).delete(key)


def test_a_text_that_stands_for_a_key(rows: Session) -> None:
    """A key out of a URL is found, and is the row that the session has already."""
    vessel = VesselReadDriver(rows).get_by_id(1)
    assert VesselReadDriver(rows).get_by_id("1") is vessel
    assert VesselReadDriver(rows).get_by_id("1", load=["fleet"]) is vessel
    assert VesselReadDriver(rows).get_by_id(1.0) is vessel
    record = RecordReadDriver(rows).get_by_id(ID)
    assert RecordReadDriver(rows).get_by_id(str(ID)) is record


@pytest.mark.parametrize("value", TOO_BIG, ids=str)
def test_a_criterion_that_its_column_cannot_hold(rows: Session, value: Any) -> None:
    """It matches nothing, alone or among others, and so writes nothing."""
    driver = VesselReadDriver(rows)
    assert (driver.count(crew=value), driver.exists(crew=value)) == (0, False)
    assert (driver.rows("id", crew=value), driver.find_one(id=value)) == ([], None)
    assert driver.count(crew=[value, 12]) == 1
    assert driver.page(size=1, crew=value).items == []
    assert list(driver.stream(crew=value)) == []
    assert VesselWriteDriver(rows).delete_where(crew=value) == 0
    rows.rollback()


def test_numbers_of_a_floating_point_column(rows: Session) -> None:
    """Any number is compared that the engine has, and the others match nothing."""
    driver = RecordReadDriver(rows)
    assert driver.count(weight=1.5) == 1
    for value in (float("nan"), float("inf"), 2**62, 1e308):
        assert driver.count(weight=value) == 0
    assert driver.count(price=[Decimal("NaN"), Decimal("1e131072"), Decimal("1e-16384")]) == 0


@pytest.mark.parametrize("fleet_server", ["sqlite", "mariadb"], indirect=True)
def test_a_text_is_no_number(rows: Session) -> None:
    """MariaDB takes 0 for equal to "gold", and "12x" for 12; PostgreSQL refuses to compare them."""
    badges, vessels = BadgeWriteDriver(rows), VesselReadDriver(rows)
    for value in (0, False, 0.0, Decimal(0)):
        assert badges.update_where({"label": "changed"}, code=value) == 0
        assert BadgeReadDriver(rows).count(code=[value]) == 0
    for text in ("12x", "x", "", "1e"):
        assert vessels.count(crew=text) == 0
    assert vessels.count(crew="12") == 1
    rows.rollback()


def test_a_number_as_the_key_of_a_text(rows: Session) -> None:
    """It is the text of the number."""
    rows.add_all([Badge(code="7"), Badge(code="8x")])
    rows.commit()
    assert BadgeReadDriver(rows).get_by_id(7).code == "7"
    assert BadgeReadDriver(rows).find_by_id(8) is None


@pytest.mark.parametrize(
    ("type_", "key", "value"),
    [
        (Date(), "2026-01-31", date(2026, 1, 31)),
        (Date(), "2026-02-31", None),
        (Date(), 7, None),
        (DateTime(), "2026-01-31T10:00", datetime(2026, 1, 31, 10)),
        (DateTime(), "x", None),
        (Numeric(), "1.50", Decimal("1.5")),
        (Numeric(), "one", None),
        (Numeric(), 2, 2),
        (Enum(Rank), "LOW", "LOW"),
        (Enum(Rank), Rank.LOW, Rank.LOW),
        (Enum(Rank), "low", None),
        (LargeBinary(), b"x", b"x"),
        (LargeBinary(), 7, None),
        (MoneyType(), "x", "x"),
        (String(), "x", "x"),
        (String(), 7, "7"),
    ],
)
def test_keys_of_other_types(type_: TypeEngine[Any], key: Any, value: Any) -> None:
    """A text is read where the type has one form of it; None is no key."""
    assert as_key(type_, key) == value


@pytest.mark.parametrize(("key", "given"), [(1, "1 value"), ((1, 2, 3), "3 values")])
def test_a_key_of_another_number_of_columns(session: Session, key: Any, given: str) -> None:
    """The error names the columns of the key."""
    for options in ({}, {"load": [undefer("*")]}):
        with pytest.raises(QaplaError) as caught:
            SeatReadDriver(session).find_by_id(key, **options)
        assert str(caught.value) == (
            f"Seat: the primary key is (row, number), and {given} given: "
            "a key of several columns is a tuple"
        )


def test_keys_of_several_columns(session: Session) -> None:
    """Each value is one of its own column."""
    driver = SeatReadDriver(session)
    assert driver.find_by_id((1, 2**31)) is None
    assert driver.find_by_id((None, 1)) is None
    assert driver.find_by_id(("1", "x")) is None


def test_a_key_of_another_class(session: Session) -> None:
    """The error of a missing row keeps the key as it was given."""
    with pytest.raises(ObjectNotFound) as caught:
        RecordReadDriver(session).get_by_id(UUID(int=0))
    assert caught.value.key == UUID(int=0)
