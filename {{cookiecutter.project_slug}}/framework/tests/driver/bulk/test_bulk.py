"""Many rows at once: the arguments, results and rows of `create_many`, on every engine."""

import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.database.observer import Observer
from qapla.exceptions import QaplaError, UnfitValue

from qapla_sample.fleet import (
    BadgeReadDriver,
    BadgeWriteDriver,
    Fleet,
    LedgerReadDriver,
    LedgerWriteDriver,
    Money,
    Rank,
    RecordReadDriver,
    RecordWriteDriver,
    SeatReadDriver,
    SeatWriteDriver,
    VesselReadDriver,
    VesselWriteDriver,
)

ON_POSTGRESQL = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)


FULL = {
    "id": UUID(int=7),
    "number": 1,
    "rank": Rank.HIGH,
    "grade": Rank.HIGH,
    "data": {"a": [1, None, "é\t\\n"]},
    "price": Decimal("10.50"),
    "at": datetime(2026, 1, 2, 3, 4, 5, 678901),
    "day": date(2026, 1, 2),
    "raw": b"\x00\xff\\\n",
    "turned": "a\tb\\N\n'\"é",
    "cost": Money(7),
    "active": False,
    "weight": 0.1,
    "shade": "",
    "place": "\\N",
}


EMPTY = {
    **dict.fromkeys(FULL),
    "id": UUID(int=8),
    "number": 2,
    "grade": Rank.LOW,
    "shade": "red",
    "place": "dock",
}


def test_values_of_every_type_arrive(session: Session) -> None:
    """Each row is like that of an object, and None is NULL."""
    assert RecordWriteDriver(session).create_many([FULL, EMPTY]) == 2
    found = RecordReadDriver(session).rows()
    assert sorted(found, key=lambda row: row["number"]) == [FULL, EMPTY]


@pytest.mark.parametrize("keys", [False, True])
def test_defaults_of_every_kind_are_filled_in(session: Session, keys: bool) -> None:
    """They are a value, a function, one of the row, and the server's own."""
    RecordWriteDriver(session).create_many([{"number": n} for n in range(3)], keys=keys)
    found = RecordReadDriver(session).rows("id", "shade", "place")
    assert len({row["id"] for row in found}) == 3
    assert {(row["shade"], row["place"]) for row in found} == {("grey", "dock")}
    LedgerWriteDriver(session).create_many([{"title": "Ninth"}, {"title": "x"}], keys=keys)
    assert sorted(row["initial"] + row["made"] for row in LedgerReadDriver(session).rows()) == [
        "Nby hand",
        "xby hand",
    ]


def test_keys_are_in_the_order_of_the_rows(session: Session) -> None:
    """They are asked back by a flag; more of them than a batch too."""
    rows = [{"name": str(n % 7)} for n in range(2300)]
    keys = VesselWriteDriver(session).create_many(iter(rows), keys=True)
    assert isinstance(keys, list)
    names = {row["id"]: row["name"] for row in VesselReadDriver(session).rows("id", "name")}
    assert [names[key] for key in keys] == [row["name"] for row in rows]


def test_keys_of_several_columns_are_tuples(session: Session) -> None:
    """A key that the caller gives is given back."""
    rows = [{"number": 2, "row": 1}, {"number": 1, "row": 1}]
    assert SeatWriteDriver(session).create_many(rows, keys=True) == [(1, 2), (1, 1)]


def test_no_rows_are_none(session: Session) -> None:
    """An empty iterable writes nothing."""
    driver = SeatWriteDriver(session)
    assert driver.create_many([]) == 0
    assert driver.create_many(iter(()), keys=True) == []


def test_columns_go_by_the_names_of_attributes(session: Session) -> None:
    """A column may be named otherwise."""
    for keys in (False, True):
        BadgeWriteDriver(session).create_many([{"code": str(keys), "label": "x"}], keys=keys)
    assert BadgeReadDriver(session).count(label="x") == 2


@pytest.mark.parametrize("keys", [False, True])
@pytest.mark.parametrize(
    ("row", "shown"),
    [({"code": "b"}, "code"), ({"code": "b", "label": "y", "key": 1}, "code, label, key")],
)
def test_a_row_of_other_columns_is_named(
    session: Session, row: dict[str, Any], shown: str, keys: bool
) -> None:
    """The rows before it are not written either."""
    driver = BadgeWriteDriver(session)
    with driver.transaction():
        with pytest.raises(QaplaError) as caught:
            driver.create_many([{"code": "a", "label": "x"}, row], keys=keys)
        assert str(caught.value) == (
            f"Badge: row 1 has {shown}, and the first row has code, label: "
            "give every row the same columns"
        )
        assert BadgeReadDriver(session).count() == 0


def test_an_empty_row_is_refused(session: Session) -> None:
    """It says nothing of the columns, and would be lost."""
    driver = BadgeWriteDriver(session)
    with pytest.raises(QaplaError) as caught:
        driver.create_many([{}])
    assert str(caught.value) == "Badge: row 0 is empty: give every row the same columns"
    with pytest.raises(QaplaError) as caught:
        driver.create_many([{"code": "a"}, {}])
    assert str(caught.value) == (
        "Badge: row 1 has nothing, and the first row has code: give every row the same columns"
    )


def test_an_error_of_the_rows_own_comes_through(session: Session) -> None:
    """A generator that fails takes the rows before it back."""

    def rows() -> Iterator[dict[str, Any]]:
        yield {"code": "a"}
        raise ZeroDivisionError("of the rows")

    driver = BadgeWriteDriver(session)
    with driver.transaction():
        with pytest.raises(ZeroDivisionError, match="of the rows"):
            driver.create_many(rows())
        driver.create(code="b")
    assert BadgeReadDriver(session).rows("code") == [{"code": "b"}]


def test_pending_objects_are_written_before(session: Session) -> None:
    """Rows may refer to an object that was only added."""
    session.add(Fleet(id=7, name="Ninth"))
    assert VesselWriteDriver(session).create_many([{"fleet_id": 7, "name": "x"}]) == 1


def test_the_caller_commits(fleet: Database, session: Session) -> None:
    """Nobody else sees the rows before, and they are gone after a rollback."""
    with fleet.get_session() as other:
        BadgeWriteDriver(session).create_many([{"code": "a"}])
        assert BadgeReadDriver(session).count() == 1
        assert BadgeReadDriver(other).count() == 0
        session.rollback()
        assert BadgeReadDriver(session).count() == 0


def test_rows_that_nobody_commits_are_reported(
    fleet: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are writes like others, by whatever way they went."""
    lost: list[Session] = []
    monkeypatch.setattr(Observer, "writes_lost", lambda _, database, session: lost.append(session))
    BadgeWriteDriver(session).create_many([{"code": "a"}])
    fleet.end_session(session, completed=True)
    assert lost == [session]


@ON_POSTGRESQL
def test_a_value_that_does_not_fit(session: Session) -> None:
    """COPY goes past SQLAlchemy, and its errors are the same as those of other writes."""
    driver = BadgeWriteDriver(session)
    with driver.transaction():
        with pytest.raises(UnfitValue, match="a value of Badge does not fit its column: value too"):
            driver.create_many([{"code": "x" * 21}])
        driver.create(code="a")
    assert BadgeReadDriver(session).count() == 1


@ON_POSTGRESQL
def test_many_rows_take_constant_memory_and_one_copy(fleet: Database, session: Session) -> None:
    """A generator of 200,000 rows is never held; no statement is issued for it."""
    statements: list[str] = []
    event.listen(fleet.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    rows = ({"row": n, "number": 1, "note": "x" * 20} for n in range(200_000))
    tracemalloc.start()
    assert SeatWriteDriver(session).create_many(rows) == 200_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert statements == []
    assert SeatReadDriver(session).count() == 200_000


@pytest.mark.parametrize("fleet_server", ["sqlite", "mariadb"], indirect=True)
def test_many_rows_are_written_in_batches(session: Session) -> None:
    """Where there is no COPY only a batch is held."""
    rows = ({"row": n, "number": 1, "note": "x" * 20} for n in range(10_000))
    tracemalloc.start()
    assert SeatWriteDriver(session).create_many(rows) == 10_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
    assert SeatReadDriver(session).count() == 10_000
