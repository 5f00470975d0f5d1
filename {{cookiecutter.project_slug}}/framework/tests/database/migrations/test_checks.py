"""CHECK constraints in autogenerate: those with a name are added and dropped with their models."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

pytestmark = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

SHIP = """
class Ship(Model):
    __tablename__ = "ships"
    __table_args__ = ({})
    id: Mapped[int] = mapped_column(primary_key=True)
    crew: Mapped[int]
"""
CREW = 'sa.CheckConstraint("crew > 0", name="crew"), '


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database that follows its models, on the server that the parameter names."""
    evolving = Evolving(place("checks"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


def test_a_constraint_comes_and_goes(evolving: Evolving) -> None:
    """By its name, in both directions."""
    for constraints in ("", CREW, CREW + CREW.replace('crew"', 'more"'), ""):
        evolving.become(SHIP.format(constraints))
        evolving.revise()
        evolving.there_and_back()
        assert evolving.differences() == ""


def test_a_constraint_of_a_column(evolving: Evolving) -> None:
    """One that is written at the column is left alone, as Alembic writes none down."""
    column = (
        '    decks: Mapped[int] = mapped_column(sa.CheckConstraint("decks > 0", name="decks"))\n'
    )
    evolving.become(SHIP.format("") + column)
    evolving.revise()
    evolving.there_and_back()
    assert evolving.differences() == ""


def test_a_constraint_without_a_name(evolving: Evolving) -> None:
    """It is left alone, as nothing could drop it."""
    evolving.become(SHIP.format(""))
    evolving.revise()
    evolving.database.migrate()
    evolving.become(SHIP.format(CREW.replace(', name="crew"', "")))
    assert evolving.differences() == ""


TYPES = (
    '    mood: Mapped[str] = mapped_column(sa.Enum("a", name="m", create_constraint=True))\n'
    '    armed: Mapped[bool] = mapped_column(sa.Boolean(name="b", create_constraint=True))\n'
)


def test_the_constraints_of_types(evolving: Evolving) -> None:
    """An engine that has the type itself gets no constraint, and none is missed there."""
    for columns in ("", TYPES, "", TYPES):
        evolving.become(SHIP.format("") + columns)
        assert evolving.revise()
        evolving.there_and_back()
        assert evolving.differences() == ""


def test_names_that_the_user_leaves_out(evolving: Evolving) -> None:
    """`include_object` and `include_name` are asked about constraints."""
    evolving.become(SHIP.format(CREW))
    evolving.revise()
    evolving.database.migrate()
    for option in ("include_object", "include_name"):
        for constraints in ("", CREW + CREW.replace('crew"', 'more"')):
            skip = f"{option}=lambda *arguments: 'check_constraint' not in arguments"
            evolving.become(SHIP.format(constraints), skip)
            assert evolving.differences() == ""
