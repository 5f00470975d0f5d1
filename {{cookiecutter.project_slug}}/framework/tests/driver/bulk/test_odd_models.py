"""Many rows of models with types, defaults and tables out of the ordinary."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, ForeignKey, func, type_coerce
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import String, TypeDecorator

from qapla.database.database import Database
from qapla.driver import ReadDriver, WriteDriver
from qapla.exceptions import QaplaError


class Odd(DeclarativeBase):
    """The base of models that COPY cannot take, or that are several in one table."""


class Upper(TypeDecorator[str]):
    """A text that an expression of the database's turns into capitals."""

    impl = String(20)
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        """Wrap the value."""
        return func.upper(type_coerce(bindvalue, String))


class Shout(Odd):
    """A row whose values go through SQL."""

    __tablename__ = "shouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(Upper)


class Measure(Odd):
    """A row with a default that is SQL."""

    __tablename__ = "measures"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(default=func.length("four"))


class Being(Odd):
    """One of several kinds of row in one table."""

    __tablename__ = "beings"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "being"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))


class Klingon(Being):
    """Another kind."""

    __mapper_args__ = {"polymorphic_identity": "klingon"}


class Cyborg(Being):
    """A kind with a table of its own."""

    __tablename__ = "cyborgs"
    __mapper_args__ = {"polymorphic_identity": "cyborg"}

    id: Mapped[int] = mapped_column(ForeignKey("beings.id"), primary_key=True)
    serial: Mapped[int]


def driver_of(base: type[Any], model: type[Any], session: Session) -> Any:
    """Return a driver of a model."""
    return type("Some", (base,), {"model": model})(session)


@pytest.fixture
def odd(fleet: Database) -> Iterator[Engine]:
    """Make the tables of the odd models for a test."""
    Odd.metadata.create_all(fleet.engine)
    yield fleet.engine
    Odd.metadata.drop_all(fleet.engine)


def test_sql_of_types_and_defaults_is_kept(odd: Engine) -> None:
    """COPY has no place for it, and is not taken then."""
    with Session(odd) as session:
        driver_of(WriteDriver, Shout, session).create_many([{"words": "qapla"}])
        assert driver_of(ReadDriver, Shout, session).rows("words") == [{"words": "QAPLA"}]
        driver_of(WriteDriver, Measure, session).create_many([{"words": "qapla"}])
        assert driver_of(ReadDriver, Measure, session).rows("size") == [{"size": 4}]


def test_a_row_is_of_the_kind_of_its_driver(odd: Engine) -> None:
    """Models that share a table are told apart as if objects were made."""
    with Session(odd) as session:
        driver = driver_of(WriteDriver, Klingon, session)
        driver.create_many([{"id": 1}])
        driver.create_many([{"id": 2}], keys=True)
        driver.upsert_many([{"id": 3}])
        driver_of(WriteDriver, Being, session).create_many([{"id": 4}])
        klingons = driver_of(ReadDriver, Klingon, session)
        assert (klingons.count(), len(klingons.rows()), klingons.exists()) == (3, 3, True)
        assert driver_of(ReadDriver, Being, session).count() == 4


def test_a_model_of_several_tables_is_refused(odd: Engine) -> None:
    """Its rows are written one by one."""
    with Session(odd) as session:
        driver = driver_of(WriteDriver, Cyborg, session)
        with pytest.raises(QaplaError) as caught:
            driver.create_many([{"id": 1, "serial": 7}])
        assert str(caught.value) == (
            "Cyborg has the tables beings, cyborgs, and one statement fills one table: "
            "add its rows by create(), one by one"
        )
        driver.create(serial=7)
        assert driver_of(ReadDriver, Cyborg, session).rows("serial", "kind") == [
            {"serial": 7, "kind": "cyborg"}
        ]
