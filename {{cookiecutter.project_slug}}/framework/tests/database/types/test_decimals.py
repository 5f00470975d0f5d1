"""Exact decimals: what goes in comes out, is compared and summed as a number, or is refused."""

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, func, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from qapla.database.types import ExactDecimal
from qapla.exceptions import QaplaError, UnfitValue

from qapla_sample.cargo import Cargo

Pack = Callable[..., Cargo]


@pytest.mark.parametrize(
    ("given", "found"),
    [("0.1", "0.10"), ("99999999.99", "99999999.99"), ("-0.01", "-0.01"), ("1.500", "1.50")],
)
def test_a_decimal_comes_back(pack: Pack, given: str, found: str) -> None:
    """With the digits of the column."""
    assert str(pack(price=Decimal(given)).price) == found


def test_numbers_that_are_no_decimals_of_python(pack: Pack) -> None:
    """An integer is taken, and minus zero is zero."""
    assert str(pack(price=7).price) == "7.00"
    assert str(pack(name="other", price=Decimal("-0.00")).price) == "0.00"
    assert str(ExactDecimal(10, 2).normalized(Decimal("-0"))) == "0.00"


def test_fifteen_digits(session: Session) -> None:
    """As many as SQLite keeps: they are found, and sorted as numbers."""
    numbers = Table("numbers", MetaData(), Column("value", ExactDecimal(15, 5)))
    numbers.create(session.connection())
    chance = Random(1)
    values = {Decimal(chance.randrange(-(10**15) + 1, 10**15)).scaleb(-5) for _ in range(300)}
    session.execute(insert(numbers), [{"value": value} for value in values])
    found = session.scalars(select(numbers.c.value).order_by(numbers.c.value)).all()
    assert found == sorted(values)
    equal = [session.scalar(select(numbers).where(numbers.c.value == value)) for value in values]
    assert equal == list(values)
    session.rollback()
    numbers.drop(session.connection(), checkfirst=True)
    session.commit()


def test_sums_and_bounds(pack: Pack, session: Session) -> None:
    """A bound may have more digits than the column."""
    for price in ("0.10", "0.20"):
        pack(name=price, price=Decimal(price))
    assert session.scalar(select(func.sum(Cargo.price))) == Decimal("0.30")
    for condition in (Cargo.price > Decimal("0.1999"), Cargo.price < Decimal("0.1001")):
        assert session.scalar(select(func.count()).where(condition)) == 1
    assert session.scalar(select(Cargo.price * 2).where(Cargo.price > 0.15)) == Decimal("0.40")


def test_plain_sql_is_the_same_on_every_engine(pack: Pack, session: Session) -> None:
    """A number in a text of SQL is the number, as in a CHECK or a server default."""
    pack(price=Decimal("2.50"))
    assert session.scalar(text("SELECT count(*) FROM cargoes WHERE price = 2.5")) == 1


@pytest.mark.parametrize("value", ["1.005", "100000000", "NaN", "Infinity", "1e999"])
def test_a_decimal_that_does_not_fit(pack: Pack, value: str) -> None:
    """It is neither rounded nor cut."""
    with pytest.raises(UnfitValue) as caught:
        pack(price=Decimal(value))
    assert str(caught.value) == (
        f"{Decimal(value)} does not fit ExactDecimal(10, 2), which has 8 digits before the point "
        "and 2 behind it: round it, or widen the column"
    )


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0.5, "ExactDecimal(10, 2) takes a Decimal, not 0.5: give one, as in Decimal('0.5')"),
        (True, "ExactDecimal(10, 2) takes a Decimal, not True: give one, as in Decimal('True')"),
    ],
)
def test_a_value_of_another_type(pack: Pack, value: Any, error: str) -> None:
    """A floating point number is seldom the decimal that it was written as."""
    with pytest.raises(UnfitValue) as caught:
        pack(price=value)
    assert str(caught.value) == error


@pytest.mark.parametrize(("precision", "scale"), [(0, 0), (66, 2), (5, 6), (60, 39), (5, -1)])
def test_a_type_that_an_engine_does_not_have(precision: int, scale: int) -> None:
    """It fails where it is written."""
    with pytest.raises(QaplaError) as caught:
        ExactDecimal(precision, scale)
    assert str(caught.value) == (
        f"ExactDecimal({precision}, {scale}): expected 1 to 65 digits, and 0 to 38 of them behind "
        "the point"
    )


def test_more_digits_than_sqlite_keeps() -> None:
    """Other engines have them."""
    table = Table("accounts", MetaData(), Column("balance", ExactDecimal(16, 2)))
    with pytest.raises(QaplaError) as caught:
        CreateTable(table).compile(dialect=sqlite.dialect())
    assert str(caught.value) == (
        "ExactDecimal(16, 2): SQLite keeps 15 digits of a number: take fewer, or another engine"
    )
