"""A cursor that no page of a listing has given is refused, whatever it holds, on every engine."""

import base64
import enum
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    REAL,
    BigInteger,
    Dialect,
    Enum,
    Float,
    Integer,
    Interval,
    Numeric,
    PickleType,
    SmallInteger,
    String,
    Time,
    TypeDecorator,
    Uuid,
    insert,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import ReadDriver
from qapla.driver.listing.codec import codec
from qapla.driver.listing.ordering import ordering
from qapla.driver.listing.page import _digest
from qapla.exceptions import BadCursor, QaplaError

from qapla_sample.fleet import Record, RecordReadDriver

SEED = 1701
LONG = "9" * 5000
# Of every type that JSON has, and of every type that a cursor writes as a text.
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, float("nan"), float("inf"), -float("inf"), 1e308, 1e-320),
    *(2**15, 2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 2**64, 10**400, "1" * 400),
    *("", "x", "LOW", "low", "NO", "a\0b", "\0", "\ud800", "x" * 20_000, "é", "'; drop table x"),
    *("NaN", "sNaN", "Infinity", "1e999999", "1e-999999", "1E+200000", "--", "10.5", "1_000"),
    *("2026-01-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.9"),
    *("9999-12-31T23:59:59-23:59", "10:00", "10:00+05:00", "24:00", "2026-13-01", "2026-W01-1"),
    *("00000000-0000-0000-0000-000000000000", "{x}", "00" * 16, "0g", "ff"),
    *([], {}, [[]], ["e", "LOW"], ["e", ["LOW"]], ["n", "NaN"], {"a": 1}, [0, [1], 2]),
]
TEXTS = [
    *("", "null", "7", "{}", "[", "[1", "[NaN]", "[1e999999]", f"[{LONG}]", "\x00", "\xff" * 9),
    *("[" * 20_000, "[" * 20_000 + "]" * 20_000, '[{"a":' * 20_000, '["\\ud800"]'),
]


class Model(DeclarativeBase):
    """The base of this module's models."""


class Size(enum.Enum):
    """A size, whose order is not that of its names."""

    SMALL = "s"
    LARGE = "l"
    HUGE = "h"


class Sized(TypeDecorator[Size]):
    """A size that the database has as an ENUM of other words."""

    impl = Enum("tiny", "big", "giant", name="sized")
    cache_ok = True
    words = {Size.SMALL: "tiny", Size.LARGE: "big", Size.HUGE: "giant"}

    def process_bind_param(self, value: Size | None, dialect: Dialect) -> str | None:
        """Return the word of a size."""
        return None if value is None else self.words[value]

    def process_result_value(self, value: str | None, dialect: Dialect) -> Size | None:
        """Return the size of a word."""
        return next((size for size, word in self.words.items() if word == value), None)


class Named(TypeDecorator[Size]):
    """A size that the database has as a text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: Size | None, dialect: Dialect) -> str | None:
        """Return the name of a size."""
        return None if value is None else value.name

    def process_result_value(self, value: str | None, dialect: Dialect) -> Size | None:
        """Return the size of a name."""
        return None if value is None else Size[value]


class Wrapped(TypeDecorator[Size]):
    """A size that only a decorator without methods comes around."""

    impl = Enum(Size, name="wrapped")
    cache_ok = True


class Crate(Model):
    """A crate, with the types that records do not have."""

    __tablename__ = "crates"

    id: Mapped[int] = mapped_column(primary_key=True)
    small: Mapped[int | None] = mapped_column(SmallInteger)
    big: Mapped[int | None] = mapped_column(BigInteger)
    real: Mapped[float | None] = mapped_column(REAL)
    whole: Mapped[Any] = mapped_column(Numeric(10, 0, asdecimal=False), nullable=True)
    exact: Mapped[Any] = mapped_column(Numeric(10, 3), nullable=True)
    floating: Mapped[float | None] = mapped_column(Float(53))
    clock: Mapped[Any] = mapped_column(Time, nullable=True)
    text_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    sized: Mapped[Size | None] = mapped_column(Sized)
    named: Mapped[Size | None] = mapped_column(Named)
    wrapped: Mapped[Size | None] = mapped_column(Wrapped)
    word: Mapped[str | None] = mapped_column(Enum("a", "b", name="word"))
    span: Mapped[Any] = mapped_column(Interval, nullable=True)
    pickled: Mapped[Any] = mapped_column(PickleType, nullable=True)
    flag: Mapped[int | None] = mapped_column(Integer)


class CrateReadDriver(ReadDriver[Crate]):
    """Read crates."""

    model = Crate


CRATES = ("small", "big", "real", "whole", "exact", "floating", "clock", "text_id", "sized")
RECORDS = ("number", "rank", "price", "at", "day", "raw", "turned", "cost", "active", "weight")


@pytest.fixture
def crates(fleet: Database) -> Iterator[CrateReadDriver]:
    """Return a driver of six crates, two of each size."""
    Model.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        sizes = [*Size] * 2
        session.add_all(Crate(id=n, sized=s, named=s, wrapped=s) for n, s in enumerate(sizes, 1))
        session.commit()
        yield CrateReadDriver(session)
    Model.metadata.drop_all(fleet.engine)


def forged(driver: ReadDriver[Any], order: str, text: bytes) -> str:
    """Return a cursor of a listing with a content that no page has given."""
    signed = _digest(driver, ordering(driver, order), text) + text
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def tried(driver: ReadDriver[Any], order: str, text: bytes) -> None:
    """Ask for the page of a forged cursor: it is refused, or a page that the listing could have."""
    with suppress(BadCursor):
        driver.page(size=2, after=forged(driver, order, text), order_by=order)
    assert not driver.session.in_transaction()


def contents() -> Iterator[bytes]:
    """Yield contents of cursors, made of odd values and odd texts."""
    for text in TEXTS:
        yield text.encode("latin-1")
    for value in VALUES:
        # The second value is one of a key, of a record and of a crate.
        for content in ([value, str(UUID(int=0))], [value, 1], [value], [value, value]):
            yield json.dumps(content).encode()


@pytest.mark.parametrize("order", [*RECORDS, "id", "-day"])
def test_forged_cursors_of_records(session: Session, order: str) -> None:
    """No value gets to the database that is none of its column."""
    session.execute(insert(Record), [{"number": n} for n in range(3)])
    session.commit()
    for text in contents():
        tried(RecordReadDriver(session), order, text)


def test_forged_cursors_of_other_types(crates: CrateReadDriver) -> None:
    """Numbers of any size, times, decorated enums."""
    for order in (*CRATES, "named", "wrapped", "word", "id", "-id"):
        for text in contents():
            tried(crates, order, text)


def test_random_bytes_are_no_cursor(crates: CrateReadDriver) -> None:
    """Neither behind a right checksum, nor in place of one."""
    chance = random.Random(SEED)
    for _ in range(300):
        text = chance.randbytes(chance.randrange(30))
        tried(crates, "small", text)
        with pytest.raises(BadCursor):
            crates.page(size=2, after=base64.urlsafe_b64encode(text).decode())


@pytest.mark.parametrize("order", ["sized", "-sized", "named", "-named", "wrapped", "-wrapped"])
def test_pages_by_a_decorated_enum(crates: CrateReadDriver, order: str) -> None:
    """They are the list in slices, in the order of the values of the database."""
    expected = [crate.id for crate in crates.list_all(order_by=order)]
    found, after = [], None
    for _ in expected:
        page = crates.page(size=1, after=after, order_by=order)
        found += [crate.id for crate in page.items]
        after = page.next
    assert (found, after) == (expected, None)


@pytest.mark.parametrize("order", ["span", "pickled"])
def test_a_type_that_orders_no_pages(crates: CrateReadDriver, order: str) -> None:
    """It is told on the first page, also when there is no second one, or no row at all."""
    for key in (1, 99):
        with pytest.raises(QaplaError) as caught:
            crates.page(size=9, order_by=order, id=key)
        kind = type(getattr(Crate, order).type).__name__
        assert str(caught.value) == (
            f"Crate.{order} orders no pages, as no cursor can hold its values ({kind}): "
            "order by another column"
        )


def test_an_integer_that_comes_as_a_decimal(session: Session) -> None:
    """So MariaDB returns the sum of a column; in a cursor it is an integer."""
    found = codec(Integer(), session.get_bind().dialect)
    assert found.read(found.write(Decimal(7))) == 7
