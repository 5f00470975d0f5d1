"""Things that cannot be adopted, each with a line that says so."""

from collections.abc import Callable

import pytest

from qapla.cli.adopt import reflect
from qapla.database.database import Database

from support.adoption import AdoptedPackage

Load = Callable[..., Database]
Place = Callable[..., Database]
Package = Callable[..., AdoptedPackage]

POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

# A column of a type that SQLAlchemy does not read, a key to a table that no class can be mapped to, and
# the indexes over both.
PLACES = """
CREATE TABLE codes (code integer NOT NULL UNIQUE);
CREATE TABLE ships (
    id integer PRIMARY KEY, place point NOT NULL, name varchar(20), code integer,
    CONSTRAINT ships_code FOREIGN KEY (code) REFERENCES codes (code)
);
"""
INDEXES = {
    "postgresql": "CREATE INDEX ships_place ON ships USING gist (place);\n"
    "CREATE INDEX ships_lower ON ships (lower(name));",
    "mariadb": "CREATE SPATIAL INDEX ships_place ON ships (place);",
}


def lines_of(database: Database) -> list[str]:
    """Return the lines about the things that are left out."""
    lines: list[str] = []
    reflect(database.engine, tell=lines.append)
    return lines


@SQLITE
def test_a_table_without_a_primary_key(load: Load) -> None:
    """No class can be mapped to it, and no foreign key leads to it."""
    database = load(
        "CREATE TABLE codes (code INTEGER NOT NULL UNIQUE);\n"
        "CREATE TABLE ships (id INTEGER NOT NULL PRIMARY KEY, code INTEGER REFERENCES codes (code));"
    )
    assert lines_of(database) == [
        "the table 'codes' is left out, as it has no primary key",
        "the foreign key of 'ships' over code is left out, as 'codes' is",
    ]
    (ship,) = reflect(database.engine, tell=lambda line: None)
    assert "code: Mapped[int | None]\n" in ship.source("rotarran", "legacy")


@POSTGRESQL
def test_a_type_that_sqlalchemy_does_not_know(load: Load) -> None:
    """The other columns of the table are there."""
    database = load("CREATE TABLE ships (id integer PRIMARY KEY, place point, name text);")
    assert lines_of(database) == [
        "the column 'place' of 'ships' is left out, with the indexes over it and over expressions, as "
        "SQLAlchemy does not read its type or its expression"
    ]
    (ship,) = reflect(database.engine, tell=lambda line: None)
    assert ship.tables[0].columns.keys() == ["id", "name"]


@pytest.mark.filterwarnings("ignore:Did not recognize type")
@pytest.mark.parametrize(("place", "more"), INDEXES.items(), indirect=["place"], ids=INDEXES.keys())
def test_no_revision_drops_a_thing_that_is_left_out(
    load: Load, place: Place, package: Package, more: str
) -> None:
    """Autogenerate leaves it alone in the database, and in one that the base revision has made."""
    database, adopted = load(PLACES + more), package()
    models = reflect(database.engine, tell=lambda line: None)
    adopted.write(models)
    assert adopted.differences(database) == ""
    text = adopted.write_revision(models)
    assert "place" not in text
    migrated = adopted.upgraded(place("qapla_adopted_again"))
    migrated.dispose()
    assert adopted.differences(migrated) == ""


@POSTGRESQL
def test_an_exclusion_constraint(load: Load) -> None:
    """SQLAlchemy does not read it."""
    database = load(
        "CREATE TABLE ships (id integer PRIMARY KEY, reach int4range);\n"
        "ALTER TABLE ships ADD CONSTRAINT apart EXCLUDE USING gist (reach WITH &&);"
    )
    assert lines_of(database) == [
        "the exclusion constraint 'apart' of 'ships' is left out: add it by hand"
    ]


@POSTGRESQL
def test_partitions_are_no_models(load: Load) -> None:
    """The table that they are parts of has their rows, and a line says that it has no parts."""
    database = load(
        "CREATE TABLE events (id integer PRIMARY KEY) PARTITION BY RANGE (id);\n"
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (10);"
    )
    lines: list[str] = []
    models = reflect(database.engine, tell=lines.append)
    assert [model.table for model in models] == ["events"]
    assert lines == [
        "the table 'events' is adopted without its partitions: add PARTITION BY RANGE (id) and these to "
        "the revision by hand"
    ]


@SQLITE
def test_an_index_over_an_expression(load: Load) -> None:
    """SQLAlchemy reads none on SQLite."""
    database = load(
        "CREATE TABLE ships (id INTEGER NOT NULL PRIMARY KEY, name TEXT);\n"
        "CREATE INDEX ships_lower ON ships (lower(name));"
    )
    assert lines_of(database) == [
        "Skipped unsupported reflection of expression-based index ships_lower"
    ]


@pytest.mark.parametrize("place", ["sqlite", "mariadb"], indirect=True)
def test_a_descending_index(load: Load) -> None:
    """The same index of ascending columns is adopted."""
    database = load(
        "CREATE TABLE ships (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20), born DATE);\n"
        "CREATE INDEX ships_born ON ships (name, born DESC);\n"
        "CREATE INDEX ships_name ON ships (name);"
    )
    assert lines_of(database) == [
        "the index 'ships_born' of 'ships' is adopted without DESC of born, which SQLAlchemy does "
        "not read: add it to the revision by hand"
    ]
