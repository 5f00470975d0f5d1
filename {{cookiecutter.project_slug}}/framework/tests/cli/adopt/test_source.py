"""The source text of models, in the style of a stamped model."""

from collections.abc import Callable

import pytest

from qapla.cli.adopt import formatted, reflect
from qapla.database.database import Database

from support.adoption import AdoptedPackage

Load = Callable[..., Database]
Package = Callable[..., AdoptedPackage]

POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
MARIADB = pytest.mark.parametrize("place", ["mariadb"], indirect=True)

OFFICERS = """
CREATE TYPE rank AS ENUM ('low', 'high');
CREATE TABLE ships (id bigserial PRIMARY KEY);
CREATE TABLE officers (
    id integer PRIMARY KEY,
    name varchar(20) NOT NULL DEFAULT 'unnamed',
    born date,
    papers jsonb NOT NULL,
    rank rank,
    ship_id bigint NOT NULL,
    CONSTRAINT officers_ship FOREIGN KEY (ship_id) REFERENCES ships ON DELETE CASCADE,
    CONSTRAINT named CHECK (length(name) > 0)
);
CREATE INDEX officers_born ON officers (born DESC);
COMMENT ON COLUMN officers.name IS 'The family name';
"""
OFFICER = '''"""The Officer model and its drivers."""

import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import conv

from qapla.driver import ReadDriver, WriteDriver

from {package}.databases.legacy import Model

if TYPE_CHECKING:
    from {package}.databases.legacy.ship import Ship


class Officer(Model):
    """An officer."""

    __tablename__ = "officers"
    __table_args__ = (
        CheckConstraint("length(name::text) > 0", name=conv("named")),
        Index("officers_born", text("born DESC")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(
        String(20), server_default=text("'unnamed'::character varying"), comment="The family name"
    )
    born: Mapped[datetime.date | None]
    papers: Mapped[Any] = mapped_column(postgresql.JSONB)
    rank: Mapped[str | None] = mapped_column(Enum("low", "high", name="rank"))
    ship_id: Mapped[int] = mapped_column(
        ForeignKey("ships.id", name="officers_ship", ondelete="CASCADE")
    )

    ship: Mapped["Ship"] = relationship(back_populates="officers")


class OfficerReadDriver(ReadDriver[Officer]):
    """Queries for officers."""

    model = Officer


class OfficerWriteDriver(WriteDriver[Officer]):
    """Changes to officers."""

    model = Officer
'''
SHIP = """
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)

    officers: Mapped[list["Officer"]] = relationship(
        back_populates="ship", passive_deletes="all"
    )
"""


@POSTGRESQL
def test_a_module(load: Load, package: Package) -> None:
    """It has the class and its drivers; the other model is imported for its name alone."""
    adopted = package()
    officer, ship = reflect(load(OFFICERS).engine)
    adopted.write([officer, ship])
    expected = OFFICER.format(package=adopted.name)
    assert (adopted.models / "officer.py").read_text() == expected
    path = adopted.models / "ship.py"
    assert formatted(f"class Ship(Model):{SHIP}", path).partition("\n")[2] in path.read_text()


@POSTGRESQL
@pytest.mark.parametrize(
    "line",
    [
        "rebuilt: Mapped[datetime.datetime | None] = mapped_column(postgresql.TIMESTAMP(timezone=True, "
        "precision=3), server_default=text('CURRENT_TIMESTAMP'))",
        "speed: Mapped[float | None]",
        "drag: Mapped[float | None] = mapped_column(REAL)",
        "labels: Mapped[list[str]] = mapped_column(postgresql.ARRAY(String(20)), "
        "server_default=text(\"'{}'::character varying[]\"))",
        "mask: Mapped[postgresql.BitString | None] = mapped_column(postgresql.BIT(8))",
        "reach: Mapped[postgresql.Range[int] | None] = mapped_column(postgresql.INT4RANGE)",
        "double_crew: Mapped[int | None] = mapped_column(BigInteger, Computed('(crew * 2)', "
        "persisted=True))",
        "lot: Mapped[int] = mapped_column(Sequence('ships_lot_seq'), "
        "server_default=text(\"nextval('ships_lot_seq'::regclass)\"))",
        "captain: Mapped['Officer | None'] = relationship(back_populates='ships_captain', "
        "foreign_keys=[captain_id], post_update=True)",
    ],
)
def test_attributes_of_postgresql(load: Load, line: str) -> None:
    """Types are SQLAlchemy's own where that means the same, and those of the dialect otherwise."""
    (ship,) = (it for it in reflect(load().engine, tell=lambda _: None) if it.name == "Ship")
    assert f"    {line}\n" in ship.source("rotarran", "legacy")


@MARIADB
@pytest.mark.parametrize(
    "line",
    [
        "id: Mapped[int] = mapped_column(primary_key=True)",
        "crew: Mapped[int] = mapped_column(mysql.BIGINT(unsigned=True), server_default=text('1'))",
        "flag: Mapped[int] = mapped_column(mysql.TINYINT(display_width=1), server_default=text('0'))",
        "price: Mapped[Decimal] = mapped_column(Numeric(10, 2), server_default=text('1.50'))",
        "speed: Mapped[float | None]",
        "drag: Mapped[float | None] = mapped_column(Float)",
        "data: Mapped[Any] = mapped_column(JSON, server_default=text('\\'{\"a\": 1}\\''))",
        "mask: Mapped[int | None] = mapped_column(mysql.BIT(8))",
        "colours: Mapped[set[str] | None] = mapped_column(mysql.SET('red', 'green'))",
        "rebuilt: Mapped[datetime.datetime | None] = mapped_column(mysql.DATETIME(fsp=6), "
        "server_default=text('current_timestamp(6) ON UPDATE current_timestamp(6)'), "
        "server_onupdate=FetchedValue())",
    ],
)
def test_attributes_of_mariadb(load: Load, line: str) -> None:
    """An integer has no width, and a document its own type."""
    (ship,) = (it for it in reflect(load().engine) if it.name == "Ship")
    assert f"    {line}\n" in ship.source("rotarran", "legacy")
