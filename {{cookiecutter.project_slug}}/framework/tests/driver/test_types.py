"""Columns of every type in the drivers: written, read, filtered and paged, on every engine."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.driver import Between, Equals, OneOf, StartsWith

from qapla_sample.cargo import (
    Cargo,
    CargoReadDriver,
    CargoWriteDriver,
    LetterReadDriver,
    LetterWriteDriver,
    Port,
)
from support.cargo import ORDERED, VALUES, maybe, values

NAMES = [*VALUES, *(f"maybe_{name}" for name in VALUES)]
# By COPY as texts, and in binary.
COUNTS = [2, 2400]


@pytest.fixture
def port(session: Session) -> Port:
    """Return a port, committed."""
    port = Port(name="Boreth")
    session.add(port)
    session.commit()
    return port


@pytest.fixture
def cargoes(session: Session, port: Port) -> list[Cargo]:
    """Return four cargoes, of which two have the values that may be missing."""
    made = []
    for number in range(4):
        which = number % 2
        rest = maybe(which if number > 1 else None)
        row = values(which, name=f"n{number}", port_id=port.id, **rest)
        made.append(CargoWriteDriver(session).create(**row))
    session.commit()
    return made


def as_row(cargo: Cargo) -> dict[str, Any]:
    """Return the values of an object, with their classes."""
    found = {column.key: getattr(cargo, column.key) for column in Cargo.__table__.columns}
    return {name: (value, type(value)) for name, value in found.items()}


def test_an_object_has_the_values_that_were_written(cargoes: list[Cargo]) -> None:
    """Each of its own class."""
    cargo = cargoes[3]
    given = {**values(1), **maybe(1)}
    assert {name: getattr(cargo, name) for name in given} == given
    assert {n: type(getattr(cargo, n)) for n in given} == {n: type(v) for n, v in given.items()}


def test_a_row_has_the_values_of_the_object(session: Session, cargoes: list[Cargo]) -> None:
    """By every way to read columns."""
    driver = CargoReadDriver(session)
    expected = [as_row(cargo) for cargo in cargoes]
    for found in (
        [driver.get_row(cargo.id) for cargo in cargoes],
        sorted(driver.rows(), key=lambda row: str(row["name"])),
        driver.page_rows(size=9).items,
        list(driver.stream_rows(batch=3)),
    ):
        assert [{n: (v, type(v)) for n, v in row.items()} for row in found] == expected


@pytest.mark.parametrize("name", NAMES)
def test_an_update(session: Session, cargoes: list[Cargo], name: str) -> None:
    """To another value, by the object and by a statement, and to none."""
    driver = CargoWriteDriver(session)
    pair = [maybe(1)[name]] if name == "maybe_price" else VALUES[name.removeprefix("maybe_")]
    for value in [*reversed(pair), *([None] if name.startswith("maybe") else [])]:
        driver.update(cargoes[0].id, **{name: value})
        assert driver.update_where({name: value}, id=cargoes[1].id) == 1
        session.commit()
        assert [getattr(cargo, name) for cargo in cargoes[:2]] == [value] * 2


@pytest.mark.parametrize("count", COUNTS)
def test_many_rows(session: Session, port: Port, count: int) -> None:
    """They are the same, however the engine takes them."""
    rows = [
        values(n % 2, name=f"n{n}", port_id=port.id, **maybe(n % 2 if n % 3 else None))
        for n in range(count)
    ]
    CargoWriteDriver(session).create_many(rows)
    session.commit()
    found = CargoReadDriver(session).stream_rows(*rows[0])
    assert list(found) == rows


def test_an_upsert(session: Session, cargoes: list[Cargo]) -> None:
    """One row and many, by the values of a unique text."""
    driver, port = CargoWriteDriver(session), cargoes[0].port_id
    changed = driver.upsert(on=["name"], **values(1, name="n0", port_id=port, **maybe(0)))
    assert as_row(changed) == as_row(cargoes[0])
    rows = [values(0, name=f"n{number}", port_id=port, **maybe(1)) for number in range(6)]
    assert driver.upsert_many(rows, on=["name"]) == 6
    found = CargoReadDriver(session).list_all()
    assert [{name: getattr(cargo, name) for name in rows[0]} for cargo in found] == rows


@pytest.mark.parametrize("name", NAMES)
def test_criteria(session: Session, cargoes: list[Cargo], name: str) -> None:
    """A value, one of several, and bounds where the values have an order."""
    driver = CargoReadDriver(session)
    only = name.removeprefix("maybe_")
    first, second = maybe(0), maybe(1)
    least, greatest = (first[name], second[name]) if name != only else VALUES[name]
    each = 2 if name == only or name == "maybe_price" else 1
    both = 4 if name == only else 2
    assert driver.count(**{name: Equals(least)}) == each
    assert driver.count(**{name: OneOf([least, greatest])}) == both
    if only in ORDERED:
        assert driver.count(**{name: least}) == each
        assert driver.count(**{name: Between(least, least)}) == each
        assert driver.count(**{name: Between(least)}) == both
        assert driver.count(**{name: Between(None, greatest)}) == both
    assert driver.count(**{name: None}) == 4 - both


def test_prefixes(session: Session, cargoes: list[Cargo]) -> None:
    """Of a text with a length, and of one without."""
    driver = CargoReadDriver(session)
    assert driver.count(name=StartsWith("n")) == 4
    assert driver.count(notes=StartsWith("racht,")) == 2


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    "name",
    [
        "name",
        "port_id",
        "maybe_port_id",
        *(n for n in NAMES if n.removeprefix("maybe_") in ORDERED),
    ],
)
def test_pages(session: Session, cargoes: list[Cargo], name: str, sign: str) -> None:
    """They are the sorted list in slices, with the missing values last."""
    driver = CargoReadDriver(session)
    order = [f"{sign}{name}", "-id"]
    found: list[Any] = []
    after = None
    for _ in range(4):
        page = driver.page_rows("id", size=1, after=after, order_by=order)
        found += page.items
        after = page.next
    assert after is None
    assert [row["id"] for row in found] == [c.id for c in driver.list_all(order_by=order)]
    listed = [getattr(cargo, name) for cargo in driver.list_all(order_by=order)]
    there = [value for value in listed if value is not None]
    assert listed == sorted(there, reverse=bool(sign)) + [None] * (4 - len(there))


def test_the_defaults_of_the_server(session: Session) -> None:
    """Each has the value, and the class, that a client would give."""
    letter = LetterWriteDriver(session).create()
    row = LetterReadDriver(session).get_row(letter.id)
    sent_at = row.pop("sent_at")
    assert {name: str(value) for name, value in row.items()} == {
        "id": str(letter.id),
        "label": "it's",
        "notes": "none",
        "count": "0",
        "mass": "-1",
        "volume": "0.5",
        "price": "1.50",
        "fragile": "False",
        "packed_on": "2024-01-01",
        "papers": "{}",
        "state": "packed",
    }
    assert LetterReadDriver(session).count(sent_at=sent_at, price=row["price"]) == 1
