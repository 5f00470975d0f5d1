"""The writes of write drivers, of one row and of many by criteria."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qapla.exceptions import (
    ObjectNotFound,
    QaplaError,
    UnknownAttribute,
)

from qapla_sample.fleet import (
    Badge,
    BadgeWriteDriver,
    Fleet,
    FleetWriteDriver,
    RecordWriteDriver,
    SeatReadDriver,
    SeatWriteDriver,
    Vessel,
    VesselReadDriver,
)
from support.badges import badges

Attempts = list[Callable[[], object]]


def test_create_gives_the_object_with_its_key(session: Session) -> None:
    """A new row is flushed, and not committed."""
    fleet = FleetWriteDriver(session).create(name="Ninth")
    assert isinstance(fleet.id, int)
    session.rollback()
    assert session.get(Fleet, fleet.id) is None


def test_create_takes_the_arguments_of_the_model(session: Session) -> None:
    """A relationship is an attribute as well; a default is there after the flush."""
    fleet = FleetWriteDriver(session).create(name="Ninth", vessels=[Vessel(name="Rotarran")])
    assert VesselReadDriver(session).count(fleet_id=fleet.id) == 1
    record = RecordWriteDriver(session).create(number=1)
    assert (record.shade, record.place) == ("grey", "dock")


def test_update_changes_and_flushes(session: Session, gold: Badge) -> None:
    """The changed row is returned; the caller commits."""
    assert BadgeWriteDriver(session).update("gold", label="y") is gold
    assert not session.dirty
    assert badges(session) == {"gold": ("y", 1)}
    session.rollback()
    assert badges(session) == {"gold": ("x", 1)}


def test_an_attribute_may_have_any_name(session: Session, gold: Badge) -> None:
    """A column `key` is no argument of the driver's."""
    BadgeWriteDriver(session).update("gold", key=2)
    assert badges(session) == {"gold": ("x", 2)}


def test_update_of_a_composite_key(session: Session) -> None:
    """A key of several columns is a tuple."""
    driver = SeatWriteDriver(session)
    driver.create(row=1, number=2)
    assert driver.update((1, 2), note="x").note == "x"
    driver.delete((1, 2))
    assert SeatReadDriver(session).count() == 0


def test_a_missing_row_is_neither_updated_nor_deleted(session: Session) -> None:
    """The error names the row."""
    driver = SeatWriteDriver(session)
    for attempt in (driver.update, driver.delete, driver.get_for_update):
        with pytest.raises(ObjectNotFound) as caught:
            attempt((1, 2))
        assert str(caught.value) == "Seat (1, 2) does not exist"


def test_delete_takes_the_row_away(session: Session, gold: Badge) -> None:
    """It is flushed, and the caller commits."""
    BadgeWriteDriver(session).delete("gold")
    assert badges(session) == {}
    session.rollback()
    assert badges(session) == {"gold": ("x", 1)}


def test_an_unknown_attribute_is_refused(session: Session, gold: Badge) -> None:
    """Each method lists those that there are, and writes nothing."""
    driver = BadgeWriteDriver(session)
    attempts: Attempts = [
        lambda: driver.create(nmae=1),
        lambda: driver.update("gold", nmae=1),
        lambda: driver.update_where({"nmae": 1}, code="gold"),
        lambda: driver.update_where({"label": "y"}, nmae=1),
        lambda: driver.delete_where(nmae=1),
        lambda: driver.upsert(code="gold", nmae=1),
        lambda: driver.upsert(code="gold", on=["nmae"]),
        lambda: driver.upsert_many([{"code": "gold", "nmae": 1}]),
        lambda: driver.create_many([{"nmae": 1}]),
    ]
    for attempt in attempts:
        with pytest.raises(UnknownAttribute) as caught:
            attempt()
        assert str(caught.value) == "Badge has no attribute 'nmae'; known: code, label, key"
    assert badges(session) == {"gold": ("x", 1)}


def test_update_where_changes_matching_rows(session: Session) -> None:
    """One statement changes the rows and the objects that the session has; it tells how many."""
    driver = BadgeWriteDriver(session)
    one = driver.create(code="a", label="x", key=1)
    driver.create(code="b", label="x", key=1)
    driver.create(code="c", key=1)
    assert driver.update_where({"label": "y", "key": 2}, label="x") == 2
    assert (one.label, one.key) == ("y", 2)
    assert badges(session) == {"a": ("y", 2), "b": ("y", 2), "c": (None, 1)}
    # A row that has the value already fits as well.
    assert driver.update_where({"label": "y"}, key=[1, 2]) == 3
    assert driver.update_where({"label": "y"}, code="z") == 0


def test_delete_where_deletes_matching_rows(session: Session) -> None:
    """It tells how many."""
    driver = BadgeWriteDriver(session)
    for code in "abc":
        driver.create(code=code, label="x" if code < "c" else None)
    assert driver.delete_where(label="x") == 2
    assert driver.delete_where(label="x") == 0
    assert badges(session) == {"c": (None, None)}


def test_every_row_is_not_written_by_mistake(session: Session, gold: Badge) -> None:
    """Without criteria nothing is changed or deleted, and without values nothing either."""
    driver = BadgeWriteDriver(session)
    attempts: Attempts = [driver.delete_where, lambda: driver.update_where({"label": "y"})]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "BadgeWriteDriver: without criteria every row of Badge would be written: "
            "name at least one column"
        )
    with pytest.raises(QaplaError) as caught:
        driver.update_where({}, code="gold")
    assert str(caught.value) == "BadgeWriteDriver: update_where was given no values"
    assert badges(session) == {"gold": ("x", 1)}
