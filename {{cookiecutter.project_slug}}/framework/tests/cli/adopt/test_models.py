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


@SQLITE
def test_a_module_has_the_drivers_of_its_model(load: Load, package: Package) -> None:
    """They are those that a stamped model has."""
    database, adopted = load(), package()
    adopted.write(reflect(database.engine, tell=ignore))
    driver = import_module(adopted.model("Port").__module__).PortReadDriver
    assert issubclass(driver, ReadDriver)
    with database.get_session() as session:
        assert driver(session).count() == 0
