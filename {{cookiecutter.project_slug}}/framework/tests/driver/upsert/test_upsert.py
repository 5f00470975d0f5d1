"""Rows that are inserted, or updated if they are there."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.exceptions import (
    Duplicate,
    QaplaError,
)

from qapla_sample.fleet import (
    Badge,
    BadgeWriteDriver,
    FleetWriteDriver,
    Record,
    RecordWriteDriver,
    SeatReadDriver,
    SeatWriteDriver,
    TreatyReadDriver,
    TreatyWriteDriver,
    VesselReadDriver,
    VesselWriteDriver,
)
from support.badges import badges

Attempts = list[Callable[[], object]]


def test_upsert_adds_and_then_changes(session: Session) -> None:
    """By the primary key; the other columns stay, and the object of the session is current."""
    driver = BadgeWriteDriver(session)
    badge = driver.upsert(code="gold", label="x", key=1)
    assert (badge.label, badge.key) == ("x", 1)
    assert driver.upsert(code="gold", label="y") is badge
    assert (badge.label, badge.key) == ("y", 1)
    assert badges(session) == {"gold": ("y", 1)}


def test_upsert_by_another_unique_constraint(session: Session) -> None:
    """`on` names its columns, one or several."""
    driver = FleetWriteDriver(session)
    fleet = driver.upsert(name="Ninth", on=["name"])
    assert driver.upsert(name="Ninth", on=["name"]) is fleet
    vessels = VesselWriteDriver(session)
    for crew in (1, 2):
        vessel = vessels.upsert(
            fleet_id=fleet.id, code="a", name="Rotarran", crew=crew, on=["fleet_id", "code"]
        )
        assert vessel.crew == crew
    assert VesselReadDriver(session).count() == 1


def test_upsert_needs_the_conflict_columns(session: Session) -> None:
    """The columns of `on` are given, and have values: NULL is equal to nothing."""
    driver = VesselWriteDriver(session)
    with pytest.raises(QaplaError) as caught:
        driver.upsert(name="Rotarran")
    assert str(caught.value) == (
        "Vessel: the conflict column id is missing: "
        "give a value of it, or name other columns in on="
    )
    row: dict[str, Any] = {"name": "x", "fleet_id": 1, "code": None}
    on = ["fleet_id", "code"]
    attempts: Attempts = [
        lambda: driver.upsert(on=on, **row),
        lambda: driver.upsert_many([row], on=on),
    ]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "Vessel: row 0 has no value of the conflict column code: give one"
        )


def test_upsert_of_another_rows_unique_value(session: Session) -> None:
    """A row that is in the way by another constraint than that of `on` is a duplicate."""
    driver = TreatyWriteDriver(session)
    driver.create(id=1, title="Khitomer")
    driver.create(id=2, title="Organia")
    session.commit()
    with pytest.raises(Duplicate) as caught:
        driver.upsert(id=3, title="Organia")
    assert caught.value.model == "Treaty"
    assert TreatyReadDriver(session).rows("id", "version", title="Organia") == [
        {"id": 2, "version": 1}
    ]


def test_upsert_of_values_of_every_kind(session: Session) -> None:
    """The types of the columns convert, and defaults of Python's fill in for a new row."""
    record = RecordWriteDriver(session).upsert(
        number=1, id=Record.id.default.arg(None), data={"a": 1}, turned="abc"
    )
    assert (record.data, record.turned, record.shade) == ({"a": 1}, "abc", "grey")


def test_upsert_sees_pending_objects(session: Session) -> None:
    """A new object is flushed first, and a change of an object is not lost."""
    badge = Badge(code="gold", label="x")
    session.add(badge)
    assert BadgeWriteDriver(session).upsert(code="gold", key=2) is badge
    assert (badge.label, badge.key) == ("x", 2)


def test_upsert_many(session: Session, gold: Badge) -> None:
    """Rows that are there are changed, the others are added; objects are current."""
    rows = [{"code": "gold", "label": "y"}, {"code": "tin", "label": "z"}]
    driver = BadgeWriteDriver(session)
    assert driver.upsert_many(iter(rows)) == 2
    assert driver.upsert_many([]) == 0
    assert badges(session) == {"gold": ("y", 1), "tin": ("z", None)}
    assert gold.label == "y"


def test_upsert_many_of_one_row_twice(session: Session) -> None:
    """The last of the rows wins, on every engine."""
    rows = [{"code": "gold", "label": str(n)} for n in range(3)]
    assert BadgeWriteDriver(session).upsert_many(rows) == 3
    assert badges(session) == {"gold": ("2", None)}


def test_upsert_many_of_keys_alone(session: Session, gold: Badge) -> None:
    """Where there is nothing to change a row that is there is left alone."""
    assert BadgeWriteDriver(session).upsert_many([{"code": "gold"}, {"code": "tin"}]) == 2
    assert badges(session) == {"gold": ("x", 1), "tin": (None, None)}


def test_upsert_many_names_a_row_of_other_columns(session: Session) -> None:
    """The columns of the first row are those of all."""
    rows: list[dict[str, object]] = [{"code": "gold", "label": "x"}, {"code": "tin", "key": 1}]
    with pytest.raises(QaplaError) as caught:
        BadgeWriteDriver(session).upsert_many(rows)
    assert str(caught.value) == (
        "Badge: row 1 has code, key, and the first row has code, label: "
        "give every row the same columns"
    )


def test_upsert_many_of_more_than_a_batch(session: Session) -> None:
    """The batches follow each other."""
    rows = ({"row": n, "number": 1, "note": str(n)} for n in range(2500))
    assert SeatWriteDriver(session).upsert_many(rows) == 2500
    assert SeatReadDriver(session).count() == 2500
