"""The results of read drivers: a row, rows, counts and plain dicts, on every engine."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload

from qapla.database.database import Database
from qapla.exceptions import ObjectNotFound, SeveralObjectsFound, UnknownAttribute

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
from support.statements import counted


def numbers(found: list[Vessel]) -> list[int]:
    """Return the keys of vessels."""
    return [vessel.id for vessel in found]


def test_find_by_id_returns_the_row_or_none(session: Session, vessels: list[Vessel]) -> None:
    """A row that is not there is no error."""
    driver = VesselReadDriver(session)
    assert driver.find_by_id(1) is vessels[0]
    assert driver.find_by_id(9) is None


def test_get_by_id_raises(session: Session) -> None:
    """A row that has to be there is an error that names it."""
    with pytest.raises(ObjectNotFound) as caught:
        BadgeReadDriver(session).get_by_id("x")
    assert str(caught.value) == "Badge 'x' does not exist"


def test_composite_and_text_keys(session: Session) -> None:
    """A key of several columns is a tuple, and a text is a key as well."""
    seat, badge = Seat(row=1, number=2), Badge(code="gold")
    session.add_all([seat, badge])
    session.commit()
    assert SeatReadDriver(session).get_by_id((1, 2)) is seat
    assert SeatReadDriver(session).find_by_id((2, 1)) is None
    assert BadgeReadDriver(session).get_by_id("gold") is badge


def test_find_one(session: Session, vessels: list[Vessel]) -> None:
    """The only row that fits is found; several are an error that names the criteria."""
    driver = VesselReadDriver(session)
    assert driver.find_one(name="Rotarran", fleet_id=1) is vessels[0]
    assert driver.find_one(name="Kronos") is None
    with pytest.raises(SeveralObjectsFound) as caught:
        driver.find_one(name="Rotarran")
    assert str(caught.value) == (
        "several rows of Vessel fit {'name': 'Rotarran'}: name more columns, or list them"
    )


def test_find_one_fetches_two_rows_at_most(fleet: Database, session: Session) -> None:
    """To know that there are several takes no more than two."""
    session.execute(insert(Seat), [{"row": row, "number": 1} for row in range(5)])
    session.commit()
    with counted(fleet) as statements, pytest.raises(SeveralObjectsFound):
        SeatReadDriver(session).find_one(number=1)
    assert [" LIMIT " in statement.replace("\n", " ") for statement in statements] == [True]


def test_list_all_orders_limits_and_selects(session: Session, vessels: list[Vessel]) -> None:
    """The primary key decides among equal rows, and without an order alone."""
    driver = VesselReadDriver(session)
    one, two, three = vessels
    assert list(driver.list_all()) == [one, two, three]
    assert list(driver.list_all(order_by="name")) == [two, one, three]
    assert list(driver.list_all(order_by=["-name", "-id"])) == [three, one, two]
    assert list(driver.list_all(order_by=[Vessel.name.desc(), Vessel.id])) == [one, three, two]
    assert list(driver.list_all(order_by="-name", limit=1)) == [one]
    assert list(driver.list_all(name="Rotarran", fleet_id=2)) == [three]


def test_criteria_compare_values_none_and_collections(
    session: Session, vessels: list[Vessel]
) -> None:
    """A value is compared by equality, None by IS NULL, several by IN, among them None too."""
    driver = VesselReadDriver(session)
    assert numbers(list(driver.list_all(code=None))) == [3]
    assert numbers(list(driver.list_all(id=[1, 3]))) == [1, 3]
    assert numbers(list(driver.list_all(code={"a", None}))) == [1, 3]
    assert numbers(list(driver.list_all(id=()))) == []


def test_rows_without_a_value_come_last(session: Session, vessels: list[Vessel]) -> None:
    """They do in both directions, on every engine."""
    driver = VesselReadDriver(session)
    assert numbers(list(driver.list_all(order_by="code"))) == [1, 2, 3]
    assert numbers(list(driver.list_all(order_by="-code"))) == [2, 1, 3]


def test_an_unknown_criterion_lists_the_columns(session: Session) -> None:
    """It lists the criteria: columns, and relationships to one row."""
    driver = VesselReadDriver(session)
    for attempt in (driver.list_all, driver.count, driver.exists, driver.find_one, driver.rows):
        with pytest.raises(UnknownAttribute) as caught:
            attempt(nmae=1)
        assert str(caught.value) == (
            "Vessel has no attribute 'nmae'; known: id, fleet_id, name, code, crew, fleet"
        )


def test_an_unknown_order_lists_the_columns(session: Session) -> None:
    """A name, an expression and the column of another model are refused alike."""
    known = "; known: id, fleet_id, name, code, crew"
    for order, shown in (
        ("-nmae", "'nmae'"),
        (Fleet.name, "'fleets.name'"),
        (Fleet.name.desc(), "'fleets.name'"),
        (func.lower(Vessel.name), "'lower(vessels.name)'"),
    ):
        with pytest.raises(UnknownAttribute) as caught:
            VesselReadDriver(session).list_all(order_by=order)  # type: ignore[arg-type]
        assert str(caught.value) == f"Vessel has no attribute {shown}{known}"


def test_an_order_by_an_attribute_that_is_not_named_as_its_column(session: Session) -> None:
    """The attribute, its column and both descending mean the same."""
    session.add_all([Badge(code="a", label="2"), Badge(code="b", label="1")])
    session.commit()
    driver, table = BadgeReadDriver(session), Badge.__table__
    for order in ("label", Badge.label, Badge.label.asc(), table.c.badge_label):
        assert [badge.code for badge in driver.list_all(order_by=order)] == ["b", "a"]  # type: ignore[arg-type]
    for order in ("-label", Badge.label.desc(), table.c.badge_label.desc()):
        assert [badge.code for badge in driver.list_all(order_by=order)] == ["a", "b"]


def test_count_and_exists(session: Session, vessels: list[Vessel]) -> None:
    """Both take criteria."""
    driver = VesselReadDriver(session)
    assert (driver.count(), driver.count(name="Rotarran"), driver.count(name="x")) == (3, 2, 0)
    assert (driver.exists(), driver.exists(code=None), driver.exists(code="x")) == (
        True,
        True,
        False,
    )


def test_nothing_exists_in_an_empty_table(session: Session) -> None:
    """Without criteria any row will do, and here is none."""
    assert (SeatReadDriver(session).exists(), SeatReadDriver(session).count()) == (False, 0)


RECORD = {
    "id": UUID(int=7),
    "number": 1,
    "rank": Rank.HIGH,
    "grade": Rank.LOW,
    "data": {"a": [1, None, "é"]},
    "price": Decimal("10.50"),
    "at": datetime(2026, 1, 2, 3, 4, 5, 678901),
    "day": date(2026, 1, 2),
    "raw": b"\x00\xff\\",
    "turned": "abc",
    "cost": Money(7),
    "active": True,
    "weight": 0.1,
    "shade": "red",
    "place": "space",
}


def test_rows_are_plain_dicts_of_the_columns_values(session: Session) -> None:
    """The values are those of an object, whatever their type, and no object is made."""
    session.execute(insert(Record), [RECORD])
    session.commit()
    assert RecordReadDriver(session).rows() == [RECORD]
    for name in RECORD:
        (row,) = RecordReadDriver(session).rows(name)
        assert (row, type(row[name])) == ({name: RECORD[name]}, type(RECORD[name]))
    assert not session.identity_map


def test_rows_without_a_value(session: Session) -> None:
    """A NULL is None in a column of any type."""
    session.execute(insert(Record), [{"id": UUID(int=7), "number": 1}])
    session.commit()
    nothing = dict.fromkeys(("rank", "data", "price", "at", "day", "raw", "turned", "active"))
    assert RecordReadDriver(session).rows(*nothing) == [nothing]


def test_rows_of_some_columns_and_criteria(session: Session, vessels: list[Vessel]) -> None:
    """Columns and criteria go by the names of the attributes."""
    session.add(Badge(code="gold", label="x"))
    session.commit()
    found = VesselReadDriver(session).rows("name", "id", code=["a", "b"])
    assert sorted(found, key=lambda row: row["id"]) == [
        {"name": "Rotarran", "id": 1},
        {"name": "Defiant", "id": 2},
    ]
    assert BadgeReadDriver(session).rows() == [{"code": "gold", "label": "x", "key": None}]


def test_loading_along_takes_one_query_more(fleet: Database, vessels: list[Vessel]) -> None:
    """A list with a relationship is two statements, however many rows there are."""
    for load in (["vessels"], [Fleet.vessels]):
        with fleet.get_session() as session, counted(fleet) as statements:
            found = FleetReadDriver(session).list_all(load=load)
            assert [len(item.vessels) for item in found] == [1, 2]
        assert len(statements) == 2


def test_loading_along_by_a_join(fleet: Database, vessels: list[Vessel]) -> None:
    """An option of SQLAlchemy's own is taken; a limit is one of the model's rows."""
    with fleet.get_session() as session, counted(fleet) as statements:
        load = [joinedload(Fleet.vessels)]
        found = FleetReadDriver(session).list_all(load=load, order_by="-id", limit=1)
        assert [len(item.vessels) for item in found] == [2]
        assert FleetReadDriver(session).get_by_id(2, load=load) is found[0]
        one = FleetReadDriver(session).find_one(name="Tenth", load=load)
        assert one is found[0]
    assert len(statements) == 3


def test_a_row_that_the_session_has_is_loaded_along_too(
    fleet: Database, session: Session, vessels: list[Vessel]
) -> None:
    """Relationships are loaded whatever was read before."""
    driver = FleetReadDriver(session)
    found = driver.get_by_id(2)
    driver.get_by_id(2, load=["vessels"])
    with counted(fleet) as statements:
        assert len(found.vessels) == 2
    assert statements == []


def test_an_unknown_relationship_lists_the_attributes(session: Session) -> None:
    """The columns are among them."""
    with pytest.raises(UnknownAttribute) as caught:
        FleetReadDriver(session).list_all(load=["ships"])
    assert str(caught.value) == "Fleet has no attribute 'ships'; known: id, name, vessels"


def test_a_query_of_ones_own(session: Session, vessels: list[Vessel]) -> None:
    """A statement of a user's method gives objects by `scalars` and rows by `execute`."""
    driver = VesselReadDriver(session)
    statement = select(Vessel).where(Vessel.crew > 1)
    assert driver.scalars(statement) == [vessels[0]]
    assert [tuple(row) for row in driver.execute(select(Vessel.id).order_by(Vessel.id))] == [
        (1,),
        (2,),
        (3,),
    ]
