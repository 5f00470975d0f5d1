"""COPY in PostgreSQL's binary format, whose rows are those of its text format."""

import enum
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Double,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import WriteDriver
from qapla.exceptions import CheckFailed, UnfitValue

pytestmark = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)

# So many rows are sent in binary, and a single one as text.
MANY = 3000


class Shade(enum.Enum):
    """A shade, whose names are not its values."""

    RED = "r"
    GREY = "g"


class Number(enum.IntEnum):
    """A number, whose text is not its digits for every driver."""

    SEVEN = 7


class Model(DeclarativeBase):
    """The declarative base of these tables."""


class Cargo(Model):
    """A row with a column of each type that is sent in binary."""

    __tablename__ = "cargos"

    id: Mapped[int] = mapped_column(primary_key=True)
    small: Mapped[Any] = mapped_column(SmallInteger, nullable=True)
    number: Mapped[Any] = mapped_column(Integer, nullable=True)
    big: Mapped[Any] = mapped_column(BigInteger, nullable=True)
    truth: Mapped[bool | None]
    weight: Mapped[Any] = mapped_column(Double, nullable=True)
    price: Mapped[Any] = mapped_column(Numeric(12, 3), nullable=True)
    name: Mapped[Any] = mapped_column(String(10), nullable=True)
    note: Mapped[Any] = mapped_column(Text, nullable=True)
    code: Mapped[Any] = mapped_column(CHAR(4), nullable=True)
    uuid: Mapped[UUID | None]
    day: Mapped[Any] = mapped_column(Date, nullable=True)
    local: Mapped[Any] = mapped_column(DateTime, nullable=True)
    instant: Mapped[Any] = mapped_column(DateTime(timezone=True), nullable=True)
    raw: Mapped[Any] = mapped_column(LargeBinary, nullable=True)
    data: Mapped[Any] = mapped_column(JSON, nullable=True)
    binary: Mapped[Any] = mapped_column(JSONB, nullable=True)
    shade: Mapped[Any] = mapped_column(Enum(Shade, name="cargo_shade"), nullable=True)


class CargoWriteDriver(WriteDriver[Cargo]):
    """Write cargos."""

    model = Cargo


# Each COPY that reaches the table, as the server has it.
WATCH = """
    CREATE TABLE seen (query text);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$BEGIN INSERT INTO seen VALUES (current_query()); RETURN NULL; END$$;
    CREATE TRIGGER see AFTER INSERT ON cargos FOR EACH STATEMENT EXECUTE FUNCTION see();
"""
FORGET = "DROP TABLE seen; DROP FUNCTION see CASCADE"


@pytest.fixture
def session(fleet: Database) -> Iterator[Session]:
    """Return a session of a database with a table that notes how it is written."""
    Model.metadata.create_all(fleet.engine)
    with fleet.engine.begin() as connection:
        connection.exec_driver_sql(WATCH)
    with fleet.get_session() as session:
        yield session
    with fleet.engine.begin() as connection:
        connection.exec_driver_sql(FORGET)
    Model.metadata.drop_all(fleet.engine)


def formats(session: Session) -> list[bool]:
    """Return of each COPY whether it was in binary, and forget them."""
    found = session.scalars(text("DELETE FROM seen RETURNING query LIKE '%(FORMAT BINARY)'"))
    return list(found)


def shown(session: Session) -> list[tuple[Any, ...]]:
    """Return the texts of the rows' columns, but for the keys, and delete them."""
    columns = [column.name for column in Cargo.__table__.columns if column.name != "id"]
    listed = ", ".join(f'"{name}"::text' for name in columns)
    rows = session.execute(text(f"SELECT {listed} FROM cargos ORDER BY id")).all()
    session.execute(text("DELETE FROM cargos"))
    return [tuple(row) for row in rows]


def outcome(session: Session, values: dict[str, Any], rows: int) -> Any:
    """Write equal rows, and return them as texts, or the error."""
    driver = CargoWriteDriver(session)
    before = dict.fromkeys(values)
    try:
        with driver.transaction():
            driver.create_many([*([before] * (rows - 1)), values])
    except DBAPIError as error:
        return type(error.orig), error.orig.diag.message_primary  # type: ignore[union-attr]
    except (CheckFailed, TypeError, ValueError) as error:
        return type(error), str(error)
    return shown(session)[-1]


ZONE = timezone(timedelta(hours=5, minutes=30))
FITTING: list[dict[str, Any]] = [
    {"small": -(2**15), "number": 2**31 - 1, "big": -(2**63), "truth": False},
    {"small": 2**15 - 1, "number": -(2**31), "big": 2**63 - 1, "truth": True},
    {"weight": 0.1, "price": Decimal("10.5"), "name": "a\tb\\N\n'", "note": "é€𝄞", "code": "x"},
    {"weight": -1e300, "price": Decimal("-0.0005"), "name": "", "note": "x" * 5000, "code": "wxyz"},
    {"weight": float("nan"), "price": Decimal("NaN"), "note": "\\N"},
    {"weight": float("-inf"), "price": Decimal("1E+8"), "uuid": UUID(int=7)},
    {"day": date(1, 1, 1), "local": datetime(1, 1, 1), "instant": datetime(2, 1, 1, tzinfo=UTC)},
    {"day": date.max, "local": datetime.max, "instant": datetime(2026, 1, 1, 1, 2, 3, 4, ZONE)},
    {"raw": b"\x00\xff\\\n", "data": {"a": [1, None, "é"]}, "binary": {"b": 1, "a": "\\"}},
    {"raw": b"", "data": None, "binary": [], "shade": Shade.GREY},
]
OTHERS: list[dict[str, Any]] = [
    {"number": "5"},
    {"number": "five"},
    {"number": True},
    {"number": Number.SEVEN},
    {"number": 2.0},
    {"number": 2**31},
    {"small": -(2**15) - 1},
    {"big": 2**63},
    {"truth": 1},
    {"weight": 1},
    {"weight": Decimal("0.1")},
    {"weight": "x"},
    {"price": 7},
    {"price": 0.1},
    {"price": Decimal("1E+20")},
    {"name": 7},
    {"name": "x" * 11},
    {"name": b"x"},
    {"name": "a\0b"},
    {"name": object()},
    {"uuid": UUID(int=7).hex},
    {"day": datetime(2026, 1, 2, 23, 4)},
    {"day": "2026-01-02"},
    {"local": datetime(2026, 1, 1, 1, 2, 3, 4, ZONE)},
    {"local": date(2026, 1, 2)},
    {"instant": datetime(2026, 1, 1)},
    {"raw": bytearray(b"x")},
    {"raw": "x"},
    {"shade": "GREY"},
]


@pytest.mark.parametrize("values", FITTING, ids=str)
def test_binary_writes_the_same_as_text(session: Session, values: dict[str, Any]) -> None:
    """Many rows in binary hold the values of a single row in text."""
    session.execute(text("SET TIME ZONE 'America/Caracas'"))
    session.commit()
    alone = outcome(session, values, 1)
    assert formats(session) == [False]
    assert outcome(session, values, MANY) == alone
    assert formats(session) == [True]


@pytest.mark.parametrize("values", OTHERS, ids=range(len(OTHERS)))
def test_other_values_are_sent_as_text(session: Session, values: dict[str, Any]) -> None:
    """A value of another class or range has the outcome or the error that it has alone."""
    session.execute(text("SET TIME ZONE 'America/Caracas'"))
    session.commit()
    assert outcome(session, values, MANY) == outcome(session, values, 1)


def test_binary_ends_at_the_first_row_that_needs_text(session: Session) -> None:
    """The rows keep their order, and all are counted."""
    rows = [{"name": str(n), "number": "7" if n == 2500 else 7} for n in range(MANY)]
    assert CargoWriteDriver(session).create_many(rows) == MANY
    assert formats(session) == [True, False]
    names = session.scalars(text("SELECT name FROM cargos ORDER BY id")).all()
    assert names == [str(n) for n in range(MANY)]


@pytest.mark.parametrize(
    ("change", "binary"),
    [
        ("ALTER number TYPE bigint", True),
        ("ALTER number TYPE double precision", False),
        ("ALTER local TYPE timestamptz", False),
        ("ALTER big TYPE integer", True),
        ("ALTER name TYPE positive", True),
        ("ALTER small TYPE real", False),
        ("RENAME code TO kode; ALTER TABLE cargos ADD code varchar(9)", True),
    ],
)
def test_the_types_of_the_database_count(session: Session, change: str, binary: bool) -> None:
    """The model's are those of yesterday's migration."""
    values: dict[str, Any] = {
        "small": 7,
        "number": 7,
        "big": 7,
        "name": "x",
        "note": "x",
        "code": "wxyz",
    }
    values |= {"local": datetime(2026, 1, 1)}
    with session.get_bind().engine.begin() as connection:
        connection.exec_driver_sql("CREATE DOMAIN positive AS varchar(9) CHECK (value <> '')")
        connection.exec_driver_sql(f"ALTER TABLE cargos {change}")
    session.execute(text("SET TIME ZONE 'America/Caracas'"))
    session.commit()
    try:
        alone = outcome(session, values, 1)
        formats(session)
        assert outcome(session, values, MANY) == alone
        # The rows before, all NULL, are in binary if the type is known at all.
        assert formats(session)[-1] is binary
        if "positive" in change:
            assert outcome(session, {"name": ""}, MANY) == outcome(session, {"name": ""}, 1)
    finally:
        session.rollback()
        with session.get_bind().engine.begin() as connection:
            connection.exec_driver_sql("DROP DOMAIN positive CASCADE")


def test_a_role_that_may_only_insert(session: Session) -> None:
    """The question for the types needs no right to read the table."""
    role = f"inserter_{session.get_bind().engine.url.database}"
    session.execute(text(f"CREATE ROLE {role}"))
    session.execute(text(f"GRANT INSERT ON cargos TO {role}"))
    session.execute(text(f"GRANT USAGE ON SEQUENCE cargos_id_seq TO {role}"))
    session.execute(text(f"SET LOCAL ROLE {role}"))
    assert CargoWriteDriver(session).create_many([{"name": "x"}] * MANY) == MANY
    session.execute(text("RESET ROLE"))
    assert formats(session) == [True]
    session.rollback()


def test_one_statement_in_autocommit(fleet: Database, session: Session) -> None:
    """Two would be two transactions there, of which the second may fail."""
    engine = fleet.engine.execution_options(isolation_level="AUTOCOMMIT")
    rows = [{"number": "x" if n == 2500 else 7} for n in range(MANY)]
    with Session(engine) as own, pytest.raises(UnfitValue):
        CargoWriteDriver(own).create_many(rows)
    assert shown(session) == []


def test_a_mapping_may_be_used_for_every_row(session: Session) -> None:
    """Its values are taken before the next row is asked for."""

    def rows() -> Iterator[dict[str, Any]]:
        row: dict[str, Any] = {}
        for number in range(MANY):
            row["number"] = number
            yield row

    assert CargoWriteDriver(session).create_many(rows()) == MANY
    assert session.scalar(text("SELECT count(DISTINCT number) FROM cargos")) == MANY
