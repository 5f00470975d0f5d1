"""Updates, deletes and locks of models whose rows are spread over several tables, on every engine."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import ObjectNotFound, QaplaError

from qapla_sample.assets import (
    Animal,
    Asset,
    Bird,
    Gagh,
    Listed,
    Meal,
    Model,
    Officer,
    Person,
    Post,
    Ration,
    Targ,
    Truck,
    Van,
    Vehicle,
    reader,
    writer,
)


@pytest.fixture
def session(fleet: Database) -> Iterator[Session]:
    """Return a session of a database with the tables of these models."""
    Model.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        yield session
    Model.metadata.drop_all(fleet.engine)


@pytest.fixture
def assets(session: Session) -> Session:
    """Add two rows of each kind of asset, `a1` to `n2`, and commit them."""
    for name in ("1", "2"):
        session.add(Asset(name=f"a{name}"))
        session.add(Vehicle(name=f"v{name}", wheels=4))
        session.add(Truck(name=f"t{name}", wheels=6, load=9))
        session.add(Van(name=f"n{name}", wheels=4))
    session.commit()
    return session


def test_columns_of_several_tables(assets: Session) -> None:
    """The tables of a subclass are joined, and its rows alone are there."""
    trucks, vehicles = reader(Truck, assets), reader(Vehicle, assets)
    (key, *_) = [row["id"] for row in trucks.rows("id", name="t1")]
    assert trucks.get_row(key, "name", "wheels", "load") == {"name": "t1", "wheels": 6, "load": 9}
    assert reader(Van, assets).find_row(key) is None
    assert vehicles.get_row(key, "name") == {"name": "t1"}
    page = vehicles.page_rows("name", size=9, order_by="-name")
    assert [row["name"] for row in page.items] == ["v2", "v1", "t2", "t1", "n2", "n1"]


def rows_of(session: Session) -> dict[str, int]:
    """Return how many rows each of the three tables has."""
    tables = [Model.metadata.tables[name] for name in ("assets", "vehicles", "trucks")]
    return {table.name: len(session.execute(select(table)).all()) for table in tables}


def names(session: Session) -> list[str]:
    """Return the names of all assets."""
    return sorted(session.scalars(select(Asset.name)))


def state(session: Session, **criteria: Any) -> list[tuple[Any, ...]]:
    """Return the columns of vehicles that an update changes."""
    session.expire_all()
    found = reader(Vehicle, session).list_all(order_by="name", **criteria)
    return [(item.name, item.wheels, item.touched, item.version) for item in found]


def test_delete_by_a_column_of_the_parent(assets: Session) -> None:
    """One row goes, from both tables, and no other."""
    assert writer(Vehicle, assets).delete_where(name="v1") == 1
    assert names(assets) == ["a1", "a2", "n1", "n2", "t1", "t2", "v2"]
    assert rows_of(assets) == {"assets": 7, "vehicles": 5, "trucks": 2}


def test_delete_by_columns_of_both_tables(assets: Session) -> None:
    """All criteria hold together; a subclass of the model is one of its rows."""
    assert writer(Vehicle, assets).delete_where(name=["a1", "v1", "t1"], wheels=6) == 1
    assert rows_of(assets) == {"assets": 7, "vehicles": 5, "trucks": 1}
    assert writer(Vehicle, assets).delete_where(wheels=9) == 0


def test_delete_by_a_column_of_the_subclass(assets: Session) -> None:
    """No row of a parent is left behind, whatever table names the criterion."""
    assert writer(Truck, assets).delete_where(load=9) == 2
    assert rows_of(assets) == {"assets": 6, "vehicles": 4, "trucks": 0}


def test_delete_of_a_kind_in_shared_tables(assets: Session) -> None:
    """A subclass without a table has its own rows alone."""
    assert writer(Van, assets).delete_where(wheels=4) == 2
    assert names(assets) == ["a1", "a2", "t1", "t2", "v1", "v2"]
    assert rows_of(assets) == {"assets": 6, "vehicles": 4, "trucks": 2}


def test_delete_of_a_parent_deletes_its_subclasses(assets: Session) -> None:
    """The rows of all tables below go with it."""
    assert writer(Asset, assets).delete_where(name=["a1", "v1", "t1", "n1"]) == 4
    assert rows_of(assets) == {"assets": 4, "vehicles": 3, "trucks": 1}


def test_delete_of_more_rows_than_a_batch(session: Session) -> None:
    """The batches follow each other."""
    session.add_all([Vehicle(name=str(number), wheels=4) for number in range(1100)])
    assert writer(Vehicle, session).delete_where(wheels=4) == 1100
    assert rows_of(session) == {"assets": 0, "vehicles": 0, "trucks": 0}


def test_objects_of_deleted_rows_are_deleted(assets: Session) -> None:
    """The session has them no more, and has them again after a rollback."""
    truck = reader(Truck, assets).find_one(name="t1")
    writer(Asset, assets).delete_where(name="t1")
    assert (inspect(truck).deleted, assets.get(Truck, truck.id)) == (True, None)
    assets.rollback()
    assert (inspect(truck).persistent, truck.name) == (True, "t1")


@pytest.mark.parametrize(("model", "name"), [(Vehicle, "v1"), (Truck, "t1"), (Van, "n1")])
def test_update_of_one_row(assets: Session, model: type[Any], name: str) -> None:
    """A value of either table is written to that row alone; the parent counts the change."""
    before = state(assets)
    assert writer(model, assets).update_where({"wheels": 9}, name=name) == 1
    assert state(assets, name=name) == [(name, 9, "yes", 2)]
    assert writer(model, assets).update_where({"name": "x", "wheels": 8}, name=name) == 1
    assert state(assets, name="x") == [("x", 8, "yes", 3)]
    others = [row for row in before if row[0] != name]
    assert [row for row in state(assets) if row[0] != "x"] == others


def test_update_by_a_column_that_it_changes(assets: Session) -> None:
    """The rows are chosen before the first table is written; an expression reads its own table."""
    vehicle = reader(Vehicle, assets).find_one(name="v1")
    new = {"wheels": Vehicle.wheels + 1, "name": "x"}
    assert writer(Vehicle, assets).update_where(new, wheels=4, name=["v1", "v2", "t1"]) == 2
    assert (vehicle.wheels, vehicle.name, vehicle.version) == (5, "x", 2)
    assert state(assets, wheels=5) == [("x", 5, "yes", 2), ("x", 5, "yes", 2)]


def test_an_update_sees_pending_objects(assets: Session) -> None:
    """A change that is not flushed is flushed first, and a new row is found."""
    reader(Vehicle, assets).find_one(name="v1").wheels = 7
    assets.add(Vehicle(name="v3", wheels=7))
    assert writer(Vehicle, assets).update_where({"name": "x"}, wheels=7) == 2


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"id": 7}, "update_where cannot write id, which is a key or no column"),
        ({"asset_id": 7}, "update_where cannot write asset_id, which is a key or no column"),
        ({"wheels": Asset.version}, "the new value of wheels reads another table than vehicles"),
    ],
)
def test_a_value_that_one_table_cannot_take(
    assets: Session, values: dict[str, Any], text: str
) -> None:
    """It is refused before anything is sent."""
    sent: list[str] = []
    event.listen(assets.get_bind(), "before_cursor_execute", lambda *given: sent.append(given[2]))
    with pytest.raises(QaplaError) as caught:
        writer(Vehicle, assets).update_where(values, name="v1")
    assert str(caught.value) == f"Vehicle: {text}: write it row by row"
    assert sent == []


def test_a_kind_of_one_table(session: Session) -> None:
    """A subclass in the table of its parent changes, deletes and locks its own rows alone."""
    session.add_all([Animal(name="a"), Targ(name="t"), Bird(name="b", wings=2)])
    session.commit()
    targs = writer(Targ, session)
    assert targs.update_where({"name": "x"}, name=["a", "b"]) == 0
    assert targs.delete_where(name=["a", "b"]) == 0
    assert targs.update_where({"name": "x"}, name="t") == 1
    animal = reader(Animal, session).find_one(name="a")
    with pytest.raises(ObjectNotFound):
        targs.get_for_update(animal.id, skip_locked=True)
    # Its own subclasses are joined from outside, which PostgreSQL does not lock.
    assert writer(Animal, session).get_for_update(animal.id) is animal
    assert writer(Animal, session).delete_where(name=["a", "b"]) == 2
    assert reader(Animal, session).rows("name") == [{"name": "x"}]
    assert session.scalars(select(Bird.wings)).all() == []


def test_a_model_that_is_mapped_to_a_join(session: Session) -> None:
    """Both tables are written, each by its own key."""
    session.add_all([Post(id=1, title="helm"), Post(id=2, title="guns"), Post(id=3, title="none")])
    session.add_all([Person(row=1, number=1, name="x"), Person(row=1, number=2, name="x")])
    officers = writer(Officer, session)
    assert officers.update_where({"name": "Kor", "title": "bridge"}, title="helm") == 1
    assert sorted(session.scalars(select(Post.title))) == ["bridge", "guns", "none"]
    assert sorted(session.scalars(select(Person.name))) == ["Kor", "x"]
    assert officers.delete_where(name="Kor") == 1
    assert (sorted(session.scalars(select(Post.id))), session.query(Person).count()) == ([2, 3], 1)


def test_a_model_that_is_mapped_to_a_query_is_refused(session: Session) -> None:
    """No statement reaches the database."""
    driver = writer(Listed, session)
    attempts: list[Callable[[], object]] = [
        lambda: driver.get_for_update((1, 1)),
        lambda: driver.delete_where(name="x"),
        lambda: driver.update_where({"name": "x"}, row=1),
        lambda: driver.create_many([{"name": "x"}]),
        lambda: driver.upsert(row=1, number=1, name="x"),
    ]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "Listed is mapped to a query, which this cannot write or lock: "
            "name the model of a table, or write row by row"
        )


def test_models_with_whole_rows_in_each_table(session: Session) -> None:
    """A model that is read by a union is refused; otherwise each has its own table alone."""
    driver = writer(Ration, session)
    attempts: list[Callable[[], object]] = [
        lambda: driver.update_where({"name": "y"}, name="x"),
        lambda: driver.delete_where(name="x"),
        lambda: driver.get_for_update(1),
    ]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "Ration is mapped to a query, which this cannot write or lock: "
            "name the model of a table, or write row by row"
        )
    assert driver.create_many([{"id": 2, "name": "y"}]) == 1
    session.add_all([Meal(id=1, name="x"), Gagh(id=1, name="x")])
    assert writer(Gagh, session).update_where({"name": "y"}, name="x") == 1
    assert writer(Meal, session).delete_where(name=["x", "y"]) == 1
    assert reader(Gagh, session).rows("name") == [{"name": "y"}]


def test_rows_of_several_tables_are_not_inserted_at_once(session: Session) -> None:
    """It is refused before anything is sent, and says which method does it."""
    driver = writer(Truck, session)
    rows = [{"name": "x", "wheels": 4, "load": 9}]
    attempts: list[Callable[[], object]] = [
        lambda: driver.create_many(rows),
        lambda: driver.create_many(rows, keys=True),
        lambda: driver.upsert_many(rows, on=["name"]),
        lambda: driver.upsert(on=["name"], **rows[0]),
    ]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "Truck has the tables assets, vehicles, trucks, and one statement fills one table: "
            "add its rows by create(), one by one"
        )
    assert rows_of(session) == {"assets": 0, "vehicles": 0, "trucks": 0}
