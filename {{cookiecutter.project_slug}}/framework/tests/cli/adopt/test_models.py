"""Models of an existing database: they match it, make the same tables, and lead from row to row."""

from collections.abc import Callable
from importlib import import_module

import pytest
from sqlalchemy.orm import configure_mappers

from qapla.cli.adopt import reflect
from qapla.database.database import Database
from qapla.driver import ReadDriver

from support.adoption import AdoptedPackage
from support.catalogs import catalogs

Load = Callable[..., Database]
Place = Callable[..., Database]
Package = Callable[..., AdoptedPackage]

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
# Keys of two columns, one of which is in both, and keys that lead to a column without a default.
TREES = """
CREATE TABLE trees (
    a integer, b integer, pa integer, pb integer, PRIMARY KEY (a, b),
    FOREIGN KEY (pa, pb) REFERENCES trees (a, b)
);
CREATE TABLE folders (
    tenant integer, id integer, parent integer, PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, parent) REFERENCES folders (tenant, id)
);
CREATE TABLE words (
    id integer PRIMARY KEY, word varchar(20) UNIQUE, root varchar(20) REFERENCES words (word)
);
CREATE TABLE pairs (
    id integer PRIMARY KEY, la integer, lb integer, ra integer, rb integer,
    FOREIGN KEY (la, lb) REFERENCES trees (a, b), FOREIGN KEY (ra, rb) REFERENCES trees (a, b)
);
"""


def ignore(line: str) -> None:
    """Ignore a line about a thing that is left out."""


@EVERY
def test_the_models_match_the_database(load: Load, package: Package) -> None:
    """Autogenerate finds nothing to do, whatever names constraints have."""
    database, adopted = load(), package()
    adopted.write(reflect(database.engine, tell=ignore))
    assert adopted.differences(database) == ""


@EVERY
def test_the_models_make_the_same_tables(load: Load, place: Place, package: Package) -> None:
    """With every type, default, index, constraint, comment and option, as the catalogs have them."""
    database, adopted = load(), package(conventions=False)
    adopted.write(reflect(database.engine, tell=ignore))
    other = place("qapla_adopted_again")
    other.create()
    metadata = adopted.base().metadata
    metadata.create_all(other.engine)
    tables = set(metadata.tables)
    assert catalogs(other, tables) == catalogs(database, tables)


@EVERY
def test_relationships_lead_to_rows(load: Load, package: Package) -> None:
    """One to many, one to one, many to many, of a table with itself, and in a cycle."""
    database, adopted = load(), package()
    adopted.write(reflect(database.engine, tell=ignore))
    port, ship, officer = (adopted.model(name) for name in ("Port", "Ship", "Officer"))
    tag, deck, paper = (adopted.model(name) for name in ("Tag", "Deck", "ShipPaper"))
    configure_mappers()
    with database.get_session() as session:
        rotarran = ship(name="Rotarran", port=port(name="Qo'noS"), ship_paper=paper())
        martok = officer(ship=rotarran, superior=officer(ship=rotarran))
        rotarran.captain = martok
        rotarran.allies.append(ship(name="Bortas", tags=[tag(id=1, label="old")]))
        rotarran.decks.append(deck(number=1))
        session.add(rotarran)
        session.commit()
        assert martok.ships_captain is rotarran
        assert set(rotarran.port.ships) == {rotarran}
        assert set(rotarran.officers_ships) == {martok, martok.superior}
        assert martok.superior.superior_reverse == [martok]
        (bortas,) = rotarran.allies
        assert bortas.ships == [rotarran]
        assert bortas.tags[0].ships == [bortas]
        assert rotarran.decks[0].ship is rotarran.ship_paper.ship


@EVERY
def test_keys_of_a_table_with_itself(load: Load, package: Package) -> None:
    """The other side of a relationship is the columns that its key refers to, however many."""
    database, adopted = load(TREES), package()
    adopted.write(reflect(database.engine))
    tree, folder, word, pair = map(adopted.model, ("Tree", "Folder", "Word", "Pair"))
    configure_mappers()
    assert {it.name for it in tree.tree.property.remote_side} == {"a", "b"}
    assert {it.name for it in tree.tree_reverse.property.remote_side} == {"pa", "pb"}
    with database.get_session() as session:
        root = tree(a=1, b=2)
        session.add(pair(id=1, la_lb=root, ra_rb=tree(a=1, b=3, tree=root)))
        session.add(folder(tenant=1, id=2, folder=folder(tenant=1, id=1)))
        session.add(word(id=2, word="ships", word_=word(id=1, word="ship")))
        session.commit()
        assert [it.b for it in root.tree_reverse] == [3]
        assert session.get_one(folder, (1, 2)).parent == 1
        assert session.get_one(folder, (1, 1)).folder_reverse == [session.get_one(folder, (1, 2))]
        assert session.get_one(word, 2).root == "ship"
    assert adopted.differences(database) == ""


@SQLITE
def test_a_module_has_the_drivers_of_its_model(load: Load, package: Package) -> None:
    """They are those that a stamped model has."""
    database, adopted = load(), package()
    adopted.write(reflect(database.engine, tell=ignore))
    driver = import_module(adopted.model("Port").__module__).PortReadDriver
    assert issubclass(driver, ReadDriver)
    with database.get_session() as session:
        assert driver(session).count() == 0
