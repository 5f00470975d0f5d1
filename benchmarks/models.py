"""The models of the measurements, and their drivers."""

from sqlalchemy import Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from qapla.driver import ReadDriver, WriteDriver

ROWS = 1_000_000


class Base(DeclarativeBase):
    """The base of the models."""


class Ship(Base):
    """A row of a large table."""

    __tablename__ = "ships"
    __table_args__ = (Index("ix_ships_name_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    crew: Mapped[int]


class Copy(Base):
    """A row of a table that the measurements fill."""

    __tablename__ = "copies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    crew: Mapped[int]


class ShipReadDriver(ReadDriver[Ship]):
    """Read ships."""

    model = Ship


class ShipWriteDriver(WriteDriver[Ship]):
    """Write ships."""

    model = Ship


class CopyWriteDriver(WriteDriver[Copy]):
    """Write copies."""

    model = Copy
