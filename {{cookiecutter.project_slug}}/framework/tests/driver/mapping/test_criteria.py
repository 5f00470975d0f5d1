"""Criteria for columns whose values are lists: of ARRAY, of JSON, and of types of one's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import ARRAY, JSON, Dialect, Integer, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import Equals, OneOf, ReadDriver, WriteDriver

OTHERS = ("sqlite", "mysql", "mariadb")


class Words(TypeDecorator[tuple[str, ...]]):
    """Words, as a text in the database."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Join them."""
        return None if value is None else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Split them."""
        return None if value is None else tuple(value.split())


class Tagged(TypeDecorator[Any]):
    """JSON in a decorator."""

    impl = JSON
    cache_ok = True


class Model(DeclarativeBase):
    """The declarative base of a table of lists."""


class Crate(Model):
    """A crate, whose columns hold lists."""

    __tablename__ = "crates"

    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[Any] = mapped_column(ARRAY(String(10)).with_variant(JSON(), *OTHERS))
    sizes: Mapped[Any] = mapped_column(ARRAY(Integer).with_variant(JSON(), *OTHERS))
    plain: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    binary: Mapped[Any] = mapped_column(JSON().with_variant(JSONB(), "postgresql"), default=0)
    tagged: Mapped[Any] = mapped_column(Tagged, default=0)
    words: Mapped[Any] = mapped_column(Words, default=())


class CrateReadDriver(ReadDriver[Crate]):
    """Read crates."""

    model = Crate


class CrateWriteDriver(WriteDriver[Crate]):
    """Write crates."""

    model = Crate


@pytest.fixture
def session(fleet: Database) -> Iterator[Session]:
    """Return a session of a database with three crates."""
    Model.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        driver = CrateWriteDriver(session)
        driver.create(id=1, tags=["a", "b"], sizes=[1, 2], plain=[1, "é"], words=("x", "y"))
        driver.create(id=2, tags=["b", "a"], sizes=[], plain={"a": [1], "b": None})
        driver.create(id=3, tags=[], sizes=[1], binary=["a"], tagged=["a", 7])
        session.commit()
        yield session
    Model.metadata.drop_all(fleet.engine)


@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({"tags": ["a", "b"]}, [1]),
        ({"tags": ("a", "b")}, [1]),
        ({"tags": []}, [3]),
        ({"sizes": [1, 2]}, [1]),
        ({"sizes": []}, [2]),
        ({"tags": Equals(["b", "a"])}, [2]),
        ({"tags": OneOf([["a", "b"], []])}, [1, 3]),
        ({"tags": {("a", "b"), ("b", "a")}}, [1, 2]),
        ({"tags": OneOf([])}, []),
        ({"plain": [1, "é"]}, [1]),
        ({"plain": {"a": [1], "b": None}}, [2]),
        ({"plain": None}, [3]),
        ({"plain": Equals(None)}, [3]),
        ({"plain": OneOf([[1, "é"], None])}, [1, 3]),
        ({"binary": ["a"]}, [3]),
        ({"binary": 0}, [1, 2]),
        ({"binary": OneOf([0, ["a"]])}, [1, 2, 3]),
        ({"tagged": ["a", 7]}, [3]),
        ({"words": Equals(("x", "y"))}, [1]),
        ({"words": OneOf([("x", "y"), ("z",)])}, [1]),
        ({"id": [1, 2]}, [1, 2]),
        ({"id": OneOf([1, 2])}, [1, 2]),
        ({"id": Equals(2**70)}, []),
        ({"id": Equals(1), "tags": ["a", "b"]}, [1]),
    ],
)
def test_a_list_is_a_value_where_the_column_holds_lists(
    session: Session, criteria: dict[str, Any], ids: list[int]
) -> None:
    """Elsewhere it is several values, and either can be asked for by name."""
    assert [crate.id for crate in CrateReadDriver(session).list_all(**criteria)] == ids
    assert CrateReadDriver(session).count(**criteria) == len(ids)


def test_writes_take_the_same_criteria(session: Session) -> None:
    """One row is changed, and one deleted."""
    driver = CrateWriteDriver(session)
    assert driver.update_where({"words": ("z",)}, tags=["a", "b"]) == 1
    assert driver.delete_where(plain=[1, "é"], words=Equals(("z",))) == 1
    assert CrateReadDriver(session).count() == 2


@pytest.mark.parametrize("fleet_server", ["postgresql", "mariadb"], indirect=True)
def test_the_order_of_keys_does_not_count(session: Session) -> None:
    """An object of JSON is a set of pairs to these engines."""
    assert CrateReadDriver(session).count(plain={"b": None, "a": [1]}) == 1
