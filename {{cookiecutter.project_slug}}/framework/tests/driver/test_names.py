"""Bulk writes into tables and columns of any name, in the schema that a connection maps to."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import ReadDriver, WriteDriver


class Model(DeclarativeBase):
    """The declarative base of tables with names that need care."""


class Odd(Model):
    """A row of a table whose names have every kind of character."""

    __tablename__ = 'Od"d %s tablé'

    id: Mapped[int] = mapped_column(primary_key=True)
    share: Mapped[str] = mapped_column("a%b", String(20))
    double: Mapped[str] = mapped_column("a%%b", String(20))
    group: Mapped[str] = mapped_column("group", String(20))
    colon: Mapped[str] = mapped_column("a:b (c)", String(20))


class OddReadDriver(ReadDriver[Odd]):
    """Read odd rows."""

    model = Odd


class OddWriteDriver(WriteDriver[Odd]):
    """Write odd rows."""

    model = Odd


ROW = {"id": 1, "share": "s", "double": "d", "group": "g", "colon": "c"}


@pytest.fixture
def odd(fleet: Database) -> Iterator[Engine]:
    """Return the engine of a database with the table."""
    Model.metadata.create_all(fleet.engine)
    yield fleet.engine
    Model.metadata.drop_all(fleet.engine)


def test_names_of_every_kind_are_found(odd: Engine) -> None:
    """Rows that are written many at a time can be read again, whatever the names are."""
    with Session(odd) as session:
        writes = OddWriteDriver(session)
        assert writes.create_many([ROW]) == 1
        assert writes.update_where({"group": "h"}, share="s", double="d", colon="c") == 1
        assert OddReadDriver(session).rows() == [{**ROW, "group": "h"}]


# SQLAlchemy 2.1.9 doubles the percent sign twice in MariaDB's VALUES().
@pytest.mark.parametrize("fleet_server", ["postgresql", "sqlite"], indirect=True)
def test_an_upsert_finds_names_of_every_kind(odd: Engine) -> None:
    """The engine's own upsert names columns as they are."""
    with Session(odd) as session:
        writes = OddWriteDriver(session)
        assert writes.upsert_many([ROW]) == 1
        assert writes.upsert_many([{**ROW, "share": "t"}]) == 1
        assert OddReadDriver(session).rows() == [{**ROW, "share": "t"}]


@pytest.mark.parametrize("fleet_server", ["postgresql", "mariadb"], indirect=True)
def test_rows_go_into_the_schema_that_the_connection_maps_to(fleet: Database) -> None:
    """`schema_translate_map` holds for rows that are written many at a time."""
    schema = f"{fleet.url.database}_tenant"
    with fleet.engine.connect() as connection:
        quoted = connection.dialect.identifier_preparer.quote(schema)
        connection.execute(text(f"CREATE SCHEMA {quoted}"))
        connection.commit()
        try:
            tenant = connection.execution_options(schema_translate_map={None: schema})
            Model.metadata.create_all(tenant)
            with Session(tenant) as session:
                OddWriteDriver(session).create_many([ROW])
                assert OddReadDriver(session).count() == 1
        finally:
            connection.rollback()
            end = "CASCADE" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP SCHEMA {quoted} {end}"))
            connection.commit()
