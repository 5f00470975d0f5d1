"""Models of every shape, and their drivers, for the tests of the drivers."""

import enum
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Dialect,
    Double,
    Enum,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import DateTime

from qapla.driver import ReadDriver, WriteDriver

from qapla_sample.databases.conventions import NAMING_CONVENTION

# MariaDB keeps no fractions of a second unless it is told to.
Moment = DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")


class Model(DeclarativeBase):
    """The base, whose constraints are named as in a generated project."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Rank(enum.Enum):
    """A rank, whose names are not its values."""

    LOW = 1
    HIGH = 2


class Reversed(TypeDecorator[str]):
    """A text that the database has backwards."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Turn a value for the database."""
        return None if value is None else value[::-1]

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Turn it back."""
        return None if value is None else value[::-1]


@dataclass(frozen=True)
class Money:
    """An amount of money."""

    amount: int


class MoneyType(TypeDecorator[Money]):
    """Money, as a number in the database."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """Take the number out."""
        return None if value is None else value.amount

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        """Put it in."""
        return None if value is None else Money(value)


class Fleet(Model):
    """A fleet of vessels."""

    __tablename__ = "fleets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    vessels: Mapped[list["Vessel"]] = relationship(back_populates="fleet", passive_deletes="all")


class Vessel(Model):
    """A vessel, which violates constraints of every kind."""

    __tablename__ = "vessels"
    __table_args__ = (
        UniqueConstraint("fleet_id", "code"),
        CheckConstraint("crew > 0", name="crew"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fleet_id: Mapped[int | None] = mapped_column(ForeignKey("fleets.id"))
    name: Mapped[str] = mapped_column(String(40))
    code: Mapped[str | None] = mapped_column(String(10))
    crew: Mapped[int | None]
    fleet: Mapped[Fleet | None] = relationship(back_populates="vessels")


class Record(Model):
    """A record of values of many types."""

    __tablename__ = "records"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int]
    rank: Mapped[Rank | None] = mapped_column(Enum(Rank, name="rank"))
    grade: Mapped[Rank] = mapped_column(Enum(Rank, name="grade"), default=Rank.LOW)
    data: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    at: Mapped[datetime | None] = mapped_column(Moment)
    day: Mapped[date | None]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    turned: Mapped[str | None] = mapped_column(Reversed)
    cost: Mapped[Money | None] = mapped_column(MoneyType)
    active: Mapped[bool | None]
    weight: Mapped[float | None] = mapped_column(Double)
    shade: Mapped[str] = mapped_column(String(10), default="grey")
    place: Mapped[str] = mapped_column(String(10), server_default=text("'dock'"))


class Seat(Model):
    """A seat, whose key has two columns."""

    __tablename__ = "seats"

    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str | None] = mapped_column(String(40))


class Ledger(Model):
    """A ledger, whose columns have every kind of default."""

    __tablename__ = "ledgers"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40))
    initial: Mapped[str] = mapped_column(
        String(1), default=lambda context: context.get_current_parameters()["title"][0]
    )
    made: Mapped[str] = mapped_column(String(10), default=lambda: "by hand")
    changes: Mapped[str | None] = mapped_column(String(10), onupdate="some")


class Badge(Model):
    """A badge, whose key is a text and whose attributes are not named as their columns."""

    __tablename__ = "badges"

    code: Mapped[str] = mapped_column("badge_code", String(20), primary_key=True)
    label: Mapped[str | None] = mapped_column("badge_label", String(40))
    key: Mapped[int | None]


class Treaty(Model):
    """A treaty, of which a lost race is noticed."""

    __tablename__ = "treaties"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40), unique=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class FleetReadDriver(ReadDriver[Fleet]):
    """Read fleets."""

    model = Fleet


class FleetWriteDriver(WriteDriver[Fleet]):
    """Write fleets."""

    model = Fleet


class VesselReadDriver(ReadDriver[Vessel]):
    """Read vessels."""

    model = Vessel


class VesselWriteDriver(WriteDriver[Vessel]):
    """Write vessels."""

    model = Vessel


class RecordReadDriver(ReadDriver[Record]):
    """Read records."""

    model = Record


class RecordWriteDriver(WriteDriver[Record]):
    """Write records."""

    model = Record


class SeatReadDriver(ReadDriver[Seat]):
    """Read seats."""

    model = Seat


class SeatWriteDriver(WriteDriver[Seat]):
    """Write seats."""

    model = Seat


class LedgerReadDriver(ReadDriver[Ledger]):
    """Read ledgers."""

    model = Ledger


class LedgerWriteDriver(WriteDriver[Ledger]):
    """Write ledgers."""

    model = Ledger


class BadgeReadDriver(ReadDriver[Badge]):
    """Read badges."""

    model = Badge


class BadgeWriteDriver(WriteDriver[Badge]):
    """Write badges."""

    model = Badge


class TreatyReadDriver(ReadDriver[Treaty]):
    """Read treaties."""

    model = Treaty


class TreatyWriteDriver(WriteDriver[Treaty]):
    """Write treaties."""

    model = Treaty
