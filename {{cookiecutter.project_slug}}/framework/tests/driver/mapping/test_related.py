"""Many-to-one relationships as criteria, on every engine."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.exceptions import QaplaError, UnknownAttribute

from qapla_sample.fleet import (
    Fleet,
    FleetReadDriver,
    Vessel,
    VesselReadDriver,
    VesselWriteDriver,
)


@pytest.fixture
def fleets(session: Session) -> list[Fleet]:
    """Return three fleets with two, one and no vessels; a fourth vessel has no fleet."""
    fleets = [Fleet(id=n, name=f"fleet {n}") for n in (1, 2, 3)]
    session.add_all(fleets)
    owners = [fleets[0], fleets[0], fleets[1], None]
    session.add_all(Vessel(id=n, name="x", fleet=fleet) for n, fleet in enumerate(owners, 1))
    session.commit()
    return fleets


def ids(vessels: Any) -> list[int]:
    """Return the keys of vessels."""
    return [vessel.id for vessel in vessels]


def test_an_object_none_and_several(session: Session, fleets: list[Fleet]) -> None:
    """A row fits that refers to the object, to nothing, or to one of several."""
    driver = VesselReadDriver(session)
    first, second, third = fleets
    assert ids(driver.list_all(fleet=first)) == [1, 2]
    assert ids(driver.list_all(fleet=None)) == [4]
    assert ids(driver.list_all(fleet=[second, None])) == [3, 4]
    assert ids(driver.list_all(fleet={first, second})) == [1, 2, 3]
    assert ids(driver.list_all(fleet=third)) == ids(driver.list_all(fleet=())) == []


def test_every_read_takes_them(session: Session, fleets: list[Fleet]) -> None:
    """They go along with columns."""
    driver = VesselReadDriver(session)
    assert (driver.count(fleet=fleets[0]), driver.exists(fleet=fleets[2])) == (2, False)
    assert driver.rows("id", fleet=fleets[1]) == [{"id": 3}]
    assert driver.find_one(fleet=fleets[0], id=2) is driver.get_by_id(2)
    page = driver.page(size=1, fleet=fleets[0])
    assert ids(page.items) == [1]
    assert ids(driver.page(size=1, after=page.next, fleet=fleets[0]).items) == [2]
    assert ids(driver.stream(batch=1, fleet=fleets[0])) == [1, 2]


def test_statements_over_many_rows_take_them(session: Session, fleets: list[Fleet]) -> None:
    """The write driver's criteria are the same."""
    writes = VesselWriteDriver(session)
    assert writes.update_where({"crew": 9}, fleet=fleets[0]) == 2
    assert writes.delete_where(fleet=[None]) == 1
    session.commit()
    assert [vessel.crew for vessel in VesselReadDriver(session).list_all()] == [9, 9, None]


def test_an_object_that_is_pending(session: Session) -> None:
    """It is flushed first, as for every read."""
    fleet = Fleet(name="new")
    session.add(Vessel(id=1, name="x", fleet=fleet))
    assert ids(VesselReadDriver(session).list_all(fleet=fleet)) == [1]


def test_an_object_that_is_in_no_session(session: Session) -> None:
    """Without a key it would silently fit no row."""
    with pytest.raises(QaplaError) as caught:
        VesselReadDriver(session).count(fleet=Fleet(name="new"))
    assert str(caught.value) == (
        "Vessel.fleet is compared with an object of Fleet that is in no session and has no "
        "primary key: add it to the session first"
    )


@pytest.mark.parametrize("value", [1, "x", [1]])
def test_a_key_is_no_object(session: Session, value: Any) -> None:
    """The error names the column that takes the key."""
    with pytest.raises(QaplaError) as caught:
        VesselReadDriver(session).list_all(fleet=value)
    shown = type(value[0] if isinstance(value, list) else value).__name__
    assert str(caught.value) == (
        f"Vessel.fleet is compared with an object of Fleet or None, not with {shown}: "
        "to compare a key, name fleet_id"
    )


def test_a_collection_is_no_criterion(session: Session) -> None:
    """The error lists the names that are."""
    with pytest.raises(UnknownAttribute) as caught:
        FleetReadDriver(session).list_all(vessels=[])
    assert str(caught.value) == "Fleet has no attribute 'vessels'; known: id, name"
