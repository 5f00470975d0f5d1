"""A model with a column of every type, with and without NULL, and its drivers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKey, String, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qapla.database.types import (
    Choice,
    ExactDecimal,
    Json,
    LongBytes,
    LongText,
    UtcDateTime,
    utc_now,
)
from qapla.driver import ReadDriver, WriteDriver

from qapla_sample.databases.conventions import PrimaryKey
from qapla_sample.fleet import Model

State = Literal["packed", "sent", "lost"]


class Port(Model):
    """A port, where cargoes are."""

    __tablename__ = "ports"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(40), unique=True)


class Cargo(Model):
    """A cargo; each value has another one that may be missing."""

    __tablename__ = "cargoes"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    notes: Mapped[str] = mapped_column(LongText)
    count: Mapped[int]
    mass: Mapped[int] = mapped_column(BigInteger)
    volume: Mapped[float] = mapped_column(Double)
    price: Mapped[Decimal] = mapped_column(ExactDecimal(10, 2), index=True)
    fragile: Mapped[bool]
    packed_on: Mapped[date]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code: Mapped[UUID] = mapped_column(Uuid)
    papers: Mapped[Any] = mapped_column(Json)
    image: Mapped[bytes] = mapped_column(LongBytes)
    state: Mapped[State] = mapped_column(Choice("packed", "sent", "lost", name="state"))
    port_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port] = relationship(foreign_keys=port_id)

    maybe_name: Mapped[str | None] = mapped_column(String(40))
    maybe_notes: Mapped[str | None] = mapped_column(LongText)
    maybe_count: Mapped[int | None]
    maybe_mass: Mapped[int | None] = mapped_column(BigInteger)
    maybe_volume: Mapped[float | None] = mapped_column(Double)
    maybe_price: Mapped[Decimal | None] = mapped_column(ExactDecimal(15, 5))
    maybe_fragile: Mapped[bool | None]
    maybe_packed_on: Mapped[date | None]
    maybe_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    maybe_code: Mapped[UUID | None] = mapped_column(Uuid)
    maybe_papers: Mapped[Any] = mapped_column(Json, nullable=True)
    maybe_image: Mapped[bytes | None] = mapped_column(LongBytes)
    maybe_state: Mapped[State | None] = mapped_column(
        Choice("packed", "sent", "lost", name="maybe_state")
    )
    maybe_port_id: Mapped[int | None] = mapped_column(ForeignKey("ports.id"))


class Letter(Model):
    """A letter, whose values the server makes up."""

    __tablename__ = "letters"

    id: Mapped[PrimaryKey]
    label: Mapped[str] = mapped_column(String(40), server_default="it's")
    notes: Mapped[str] = mapped_column(LongText, server_default="none")
    count: Mapped[int] = mapped_column(server_default="0")
    mass: Mapped[int] = mapped_column(BigInteger, server_default="-1")
    volume: Mapped[float] = mapped_column(Double, server_default="0.5")
    price: Mapped[Decimal] = mapped_column(ExactDecimal(10, 2), server_default="1.5")
    fragile: Mapped[bool] = mapped_column(server_default=false())
    packed_on: Mapped[date] = mapped_column(server_default="2024-01-01")
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=utc_now())
    papers: Mapped[Any] = mapped_column(Json, server_default="{}")
    state: Mapped[State] = mapped_column(
        Choice("packed", "sent", "lost", name="state"), server_default="packed"
    )


class CargoReadDriver(ReadDriver[Cargo]):
    """Read cargoes."""

    model = Cargo


class CargoWriteDriver(WriteDriver[Cargo]):
    """Write cargoes."""

    model = Cargo


class LetterReadDriver(ReadDriver[Letter]):
    """Read letters."""

    model = Letter


class LetterWriteDriver(WriteDriver[Letter]):
    """Write letters."""

    model = Letter
