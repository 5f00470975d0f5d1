"""Tables that were written by hand: autogenerate proposes nothing that is there already."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

SHIPS = """
Model.metadata.naming_convention = {"uq": "uq_%(table_name)s_%(column_0_N_name)s"}

class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20), unique=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    ship_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ships.id", ondelete="CASCADE"))
"""
BY_HAND = """
CREATE TABLE ships (
    id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, code VARCHAR(20) NOT NULL,
    ship_id INTEGER REFERENCES ships (id) ON DELETE CASCADE
)
"""
SERIAL = """
class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default=text("nextval('ships_number_seq'::regclass)"))
"""


@pytest.fixture
def differences(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return a function that compares tables with models, and gives the differences."""
    evolving = Evolving(place("evolving"), tmp_path / "project")

    def compare(table: str, models: str) -> str:
        with evolving.database.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS ships"))
            connection.execute(text(table))
        evolving.become(models)
        return evolving.differences()

    yield compare
    evolving.database.dispose()


@SQLITE
def test_a_table_of_sqlite_that_was_written_by_hand(differences: Callable[..., str]) -> None:
    """A constraint without a name, an action in a column, and a key without NOT NULL."""
    assert differences(BY_HAND, SHIPS) == ""


@SQLITE
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (" UNIQUE", "", "add_constraint"),
        (" ON DELETE CASCADE", "", "add_fk"),
        ("CASCADE", "SET NULL", "add_fk"),
        ("code VARCHAR(20) NOT NULL", "code VARCHAR(20)", "modify_nullable"),
    ],
)
def test_another_table_of_sqlite_is_found(
    differences: Callable[..., str], old: str, new: str, found: str
) -> None:
    """Each constraint is compared by everything that it has."""
    assert found in differences(BY_HAND.replace(old, new), SHIPS)


@SQLITE
def test_a_unique_constraint_of_another_name(differences: Callable[..., str]) -> None:
    """Only one without a name may have any name in the model."""
    named = "CASCADE, CONSTRAINT other UNIQUE (name)"
    table = BY_HAND.replace(" UNIQUE", "").replace("CASCADE", named)
    assert "remove_constraint" in differences(table, SHIPS)


@POSTGRESQL
def test_a_serial_column_that_is_no_key(differences: Callable[..., str]) -> None:
    """Alembic leaves its default out; another default is found."""
    table = "CREATE TABLE ships (id serial PRIMARY KEY, number serial NOT NULL)"
    assert differences(table, SERIAL) == ""
    assert "modify_default" in differences(
        table, SERIAL.replace("ships_number_seq", "ships_id_seq")
    )
