"""Violated constraints as errors of ours: their class, model, constraint, columns and cause."""

import pickle

import pytest
from sqlalchemy.orm import Session

from qapla.exceptions import (
    CheckFailed,
    ConstraintViolation,
    Duplicate,
    MissingReference,
    NotNull,
    QaplaError,
)

from qapla_sample.fleet import (
    BadgeWriteDriver,
    Fleet,
    FleetWriteDriver,
    SeatWriteDriver,
    Vessel,
    VesselReadDriver,
    VesselWriteDriver,
)
from support.violations import Write, violation


def told(error: ConstraintViolation) -> tuple[object, ...]:
    """Return the parts of an error."""
    return type(error), error.model, error.constraint, error.columns


@pytest.fixture
def vessel(session: Session) -> Vessel:
    """Return a vessel of a fleet, and another fleet, committed."""
    fleet = Fleet(id=1001, name="Ninth")
    vessel = Vessel(id=1001, name="Rotarran", fleet=fleet, code="a", crew=1)
    session.add_all([vessel, Fleet(id=1002, name="Tenth")])
    session.commit()
    return vessel


@pytest.mark.parametrize(
    "write",
    [
        lambda session: FleetWriteDriver(session).create(name="Ninth"),
        lambda session: FleetWriteDriver(session).create_many([{"name": "Ninth"}]),
        lambda session: FleetWriteDriver(session).create_many([{"name": "Ninth"}], keys=True),
        lambda session: FleetWriteDriver(session).update(1002, name="Ninth"),
        lambda session: FleetWriteDriver(session).update_where({"name": "Ninth"}, id=1002),
    ],
    ids=["create", "create_many", "keys", "update", "update_where"],
)
def test_duplicate(session: Session, vessel: Vessel, write: Write) -> None:
    """A value that a unique constraint knows already; whatever method writes it."""
    error = violation(session, write)
    assert told(error) == (Duplicate, "Fleet", "uq_fleets_name", ("name",))
    assert str(error) == "a row of Fleet with the same name is there already"


@pytest.mark.parametrize("fleet_server", ["postgresql", "sqlite"], indirect=True)
def test_duplicate_by_upsert(session: Session, vessel: Vessel) -> None:
    """A constraint that the upsert does not name is violated."""
    error = violation(session, lambda s: FleetWriteDriver(s).upsert(id=9, name="Ninth"))
    assert told(error) == (Duplicate, "Fleet", "uq_fleets_name", ("name",))


def test_duplicate_of_several_columns(session: Session, vessel: Vessel) -> None:
    """They are named in the order of the constraint."""
    error = violation(
        session,
        lambda session: VesselWriteDriver(session).create(name="x", fleet_id=1001, code="a"),
    )
    assert told(error) == (
        Duplicate,
        "Vessel",
        "uq_vessels_fleet_id_code",
        ("fleet_id", "code"),
    )
    assert str(error) == "a row of Vessel with the same fleet_id, code is there already"


def test_duplicate_primary_key(session: Session) -> None:
    """The primary key is a constraint as well, of one column or several."""
    SeatWriteDriver(session).create(row=1, number=2)
    BadgeWriteDriver(session).create(code="gold")
    session.commit()
    seat = violation(
        session, lambda session: SeatWriteDriver(session).create_many([{"row": 1, "number": 2}])
    )
    assert told(seat) == (Duplicate, "Seat", "pk_seats", ("row", "number"))
    badge = violation(
        session, lambda session: BadgeWriteDriver(session).create_many([{"code": "gold"}])
    )
    assert told(badge) == (Duplicate, "Badge", "pk_badges", ("badge_code",))


@pytest.mark.parametrize(
    "write",
    [
        lambda session: VesselWriteDriver(session).create(name="x", fleet_id=7),
        lambda session: VesselWriteDriver(session).create_many([{"name": "x", "fleet_id": 7}]),
        lambda session: VesselWriteDriver(session).update(1001, fleet_id=7),
        lambda session: VesselWriteDriver(session).upsert(id=5, name="x", fleet_id=7),
    ],
    ids=["create", "create_many", "update", "upsert"],
)
def test_missing_reference(session: Session, vessel: Vessel, write: Write) -> None:
    """A row that refers to nothing: the constraint and the column are named, on every engine."""
    error = violation(session, write)
    known = ("Vessel", "fk_vessels_fleet_id_fleets", ("fleet_id",))
    assert told(error) == (MissingReference, *known)
    assert str(error) == "a row of Vessel refers by fleet_id to a row of Fleet that is not there"


@pytest.mark.parametrize(
    "write",
    [
        lambda session: FleetWriteDriver(session).delete(1001),
        lambda session: FleetWriteDriver(session).delete_where(id=1001),
    ],
    ids=["delete", "delete_where"],
)
def test_deletion_of_a_row_that_is_referred_to(
    session: Session, vessel: Vessel, write: Write
) -> None:
    """The constraint is that of the referring model."""
    error = violation(session, write)
    known = ("Vessel", "fk_vessels_fleet_id_fleets", ("fleet_id",))
    assert told(error) == (MissingReference, *known)
    assert str(error) == "a row of Fleet is referred to by fleet_id of Vessel"


@pytest.mark.parametrize(
    "write",
    [
        lambda session: VesselWriteDriver(session).create(code="x"),
        lambda session: VesselWriteDriver(session).create(code="x", name=None),
        lambda session: VesselWriteDriver(session).create_many([{"code": "x"}]),
        lambda session: VesselWriteDriver(session).create_many([{"name": None}]),
        lambda session: VesselWriteDriver(session).update(1001, name=None),
        lambda session: VesselWriteDriver(session).upsert_many([{"id": 1001, "name": None}]),
    ],
)
def test_not_null(session: Session, vessel: Vessel, write: Write) -> None:
    """A column that needs a value, and has none or NULL."""
    error = violation(session, write)
    assert told(error) == (NotNull, "Vessel", None, ("name",))
    assert str(error) == "Vessel needs a value of name"


@pytest.mark.parametrize(
    "write",
    [
        lambda session: VesselWriteDriver(session).create(name="x", crew=0),
        lambda session: VesselWriteDriver(session).create_many([{"name": "x", "crew": 0}]),
        lambda session: VesselWriteDriver(session).update(1001, crew=0),
        lambda session: VesselWriteDriver(session).update_where({"crew": 0}, id=1001),
        lambda session: VesselWriteDriver(session).upsert(id=1001, name="x", crew=0),
    ],
)
def test_check_failed(session: Session, vessel: Vessel, write: Write) -> None:
    """A value that a check does not allow; the columns are those that the check is about."""
    error = violation(session, write)
    assert told(error) == (CheckFailed, "Vessel", "ck_vessels_crew", ("crew",))
    assert str(error) == "a row of Vessel does not pass the check ck_vessels_crew"


def test_an_error_of_another_model_names_that_model(session: Session, vessel: Vessel) -> None:
    """A flush writes every pending object, and not only that of the driver."""
    session.add(Fleet(name="Ninth"))
    with pytest.raises(Duplicate) as caught:
        BadgeWriteDriver(session).create(code="gold")
    assert told(caught.value) == (Duplicate, "Fleet", "uq_fleets_name", ("name",))


def test_the_text_of_a_value_is_not_taken_for_the_constraint(session: Session) -> None:
    """A value may read like the words of an error."""
    name = "x' for key 'uq_vessels_fleet_id_code"
    FleetWriteDriver(session).create(name=name)
    session.commit()
    error = violation(session, lambda session: FleetWriteDriver(session).create(name=name))
    assert told(error) == (Duplicate, "Fleet", "uq_fleets_name", ("name",))


def test_without_a_transaction_the_session_is_rolled_back(session: Session, vessel: Vessel) -> None:
    """Where nobody has begun one an error takes everything back, and the session is usable."""
    driver = FleetWriteDriver(session)
    driver.create(name="Eleventh")
    with pytest.raises(Duplicate):
        driver.create(name="Ninth")
    assert not driver.session.in_transaction()
    driver.create(name="Twelfth")
    session.commit()
    assert VesselReadDriver(session).exists()
    assert {fleet.name for fleet in session.query(Fleet)} == {"Ninth", "Tenth", "Twelfth"}


def test_an_error_keeps_its_parts_when_it_is_pickled(session: Session, vessel: Vessel) -> None:
    """It comes back from a worker as it was."""
    error = violation(session, lambda session: FleetWriteDriver(session).create(name="Ninth"))
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 (of this test)
    assert (told(copy), str(copy)) == (told(error), str(error))
    assert isinstance(copy, QaplaError)


def test_other_errors_are_left_alone(session: Session) -> None:
    """An error without a violated constraint is left as it was."""
    with pytest.raises(ZeroDivisionError), FleetWriteDriver(session).transaction():
        raise ZeroDivisionError
