"""The tables that are adopted: of a schema, by their names, and beside models that are there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import configure_mappers

from qapla.cli.adopt import AdoptedModel, reflect
from qapla.database.database import Database

from support.adoption import AdoptedPackage, sources

Load = Callable[..., Database]
Place = Callable[..., Database]
Package = Callable[..., AdoptedPackage]

POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
MARIADB = pytest.mark.parametrize("place", ["mariadb"], indirect=True)
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

CREW = """
CREATE TABLE ships (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE officers (id INTEGER NOT NULL PRIMARY KEY, ship_id INTEGER REFERENCES ships (id));
CREATE TABLE medals (id INTEGER NOT NULL PRIMARY KEY, officer_id INTEGER REFERENCES officers (id));
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE ship_tags (
    ship_id INTEGER NOT NULL REFERENCES ships (id), tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (ship_id, tag_id)
);
"""
SCHEMAS = """
CREATE SCHEMA "far away";
CREATE TYPE "far away".rank AS ENUM ('low');
CREATE TABLE orders (id integer PRIMARY KEY);
CREATE TABLE "far away".ships (id integer PRIMARY KEY, rank "far away".rank);
CREATE TABLE "far away".orders (
    id integer PRIMARY KEY, ship_id integer REFERENCES "far away".ships,
    order_id integer REFERENCES orders
);
"""
# Two foreign keys have a column in common.
OVERLAPPING = """
CREATE TABLE firms (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE clients (
    firm_id INTEGER NOT NULL REFERENCES firms (id), number INTEGER NOT NULL,
    PRIMARY KEY (firm_id, number)
);
CREATE TABLE bills (
    id INTEGER NOT NULL PRIMARY KEY, firm_id INTEGER NOT NULL REFERENCES firms (id),
    number INTEGER NOT NULL, FOREIGN KEY (firm_id, number) REFERENCES clients (firm_id, number)
);
"""


def names(models: list[AdoptedModel]) -> list[str]:
    """Return the names of models."""
    return [model.name for model in models]


@SQLITE
def test_tables_by_name_come_with_those_that_they_refer_to(load: Load) -> None:
    """Their foreign keys lead somewhere; the others stay away."""
    engine = load(CREW).engine
    assert names(reflect(engine, tables=["officers"])) == ["Officer", "Ship"]
    assert names(reflect(engine, tables=["medals"])) == ["Medal", "Officer", "Ship"]
    assert names(reflect(engine)) == ["Medal", "Officer", "Ship", "Tag"]


@SQLITE
def test_a_table_between_two_models_is_in_the_module_of_one(load: Load) -> None:
    """Each model has a list of the others."""
    models = {model.name: model for model in reflect(load(CREW).engine)}
    assert [table.name for table in models["Ship"].tables] == ["ship_tags", "ships"]
    assert [table.name for table in models["Tag"].tables] == ["tags"]
    source = models["Ship"].source("rotarran", "legacy")
    assert "ship_tags = Table('ship_tags', Model.metadata" in source
    assert "tags: Mapped[list['Tag']]" in source


@SQLITE
def test_models_that_are_there_already_stay(load: Load, package: Package) -> None:
    """The new ones refer to them, without a way back."""
    database, adopted = load(CREW), package()
    adopted.write(reflect(database.engine, tables=["ships"]))
    known = {"ships": f"{adopted.name}.databases.legacy.ship:Ship"}
    more = reflect(database.engine, known=known)
    assert names(more) == ["Medal", "Officer", "Tag"]
    adopted.write(more)
    officer, ship = adopted.model("Officer"), adopted.model("Ship")
    configure_mappers()
    assert officer.ship.property.mapper.class_ is ship
    assert not hasattr(ship, "officers")
    assert adopted.differences(database) == ""


@SQLITE
def test_a_table_between_two_models_that_are_there(load: Load) -> None:
    """There is no module for it."""
    lines: list[str] = []
    known = {"ships": "a.ship:Ship", "tags": "a.tag:Tag"}
    models = reflect(load(CREW).engine, tables=["ship_tags"], known=known, tell=lines.append)
    assert models == []
    assert lines == [
        "the table 'ship_tags' is left out, as the models on both sides of it are there already: add it "
        "by hand"
    ]


@POSTGRESQL
def test_a_schema_is_kept(load: Load, place: Place, package: Package) -> None:
    """Two tables of one name have classes of their own, and a foreign key may lead elsewhere."""
    database, adopted = load(SCHEMAS), package()
    models = reflect(database.engine, schema="far away")
    assert {model.name: model.table for model in models} == {
        "Order": "orders",
        "Order2": "far away.orders",
        "Ship": "far away.ships",
    }
    adopted.write(models)
    assert adopted.differences(database) == ""
    adopted.write_revision(models)
    migrated = adopted.upgraded(place("qapla_adopted_again"))
    assert sources(reflect(migrated.engine, schema="far away")) == sources(models)
    migrated.dispose()


@POSTGRESQL
def test_the_default_schema_by_its_name(load: Load) -> None:
    """It is in no model."""
    engine = load(SCHEMAS).engine
    assert sources(reflect(engine, schema="public")) == sources(reflect(engine))


@SQLITE
def test_two_keys_over_one_column(load: Load, package: Package) -> None:
    """SQLAlchemy warns of relationships that write the same column, unless they say so."""
    database, adopted = load(OVERLAPPING), package()
    adopted.write(reflect(database.engine))
    firm, client, bill = (adopted.model(name) for name in ("Firm", "Client", "Bill"))
    configure_mappers()
    with database.get_session() as session:
        session.add(bill(client=client(number=1, firm=firm(id=7))))
        session.commit()
        assert session.query(bill).one().firm.id == 7


@SQLITE
def test_a_database_by_its_url(load: Load) -> None:
    """As text, or as SQLAlchemy has it; nothing is left open."""
    url = load(CREW).url
    for given in (url, url.render_as_string(hide_password=False)):
        assert names(reflect(given, tables=["ships"])) == ["Ship"]
    assert Path(str(url.database)).exists()


@MARIADB
def test_the_dialect_of_mariadb(load: Load, package: Package) -> None:
    """Its options have another name than those of MySQL's, and mean the same."""
    database, adopted = load(), package()
    url = database.url.set(drivername="mariadb+pymysql")
    adopted.write(reflect(url, tell=lambda line: None))
    assert "mariadb_length" in (adopted.models / "ship.py").read_text()
    assert adopted.differences(database.at(replace(database.target, url=url))) == ""
