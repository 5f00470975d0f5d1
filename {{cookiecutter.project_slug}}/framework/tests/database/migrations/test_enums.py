"""Native enums of PostgreSQL in autogenerate: each type is created, changed and dropped once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

MOOD = "class Mood(enum.Enum):\n    {}\n\n\n"
TABLE = """
class {name}(Model):
    __tablename__ = "{name}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
COLUMN = "    mood: Mapped[Mood]\n"
CALM_ANGRY = MOOD.format("calm = 'calm'; angry = 'angry'")


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database on PostgreSQL that follows its models."""
    evolving = Evolving(place("enums"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


def types(evolving: Evolving) -> dict[str, list[str]]:
    """Return the enum types of the database, with their values."""
    with evolving.database.engine.connect() as connection:
        found = inspect(connection).get_enums()  # type: ignore[attr-defined]
    return {enum["name"]: enum["labels"] for enum in found}


def follow(evolving: Evolving, models: str) -> str:
    """Revise and migrate for new models, and check that the revision can be undone."""
    evolving.become(models)
    revision = evolving.revise()
    evolving.database.migrate()
    evolving.database.downgrade("-1")
    evolving.there_and_back()
    assert evolving.differences() == ""
    return revision


def test_a_type_is_created_once_and_dropped_with_its_last_column(evolving: Evolving) -> None:
    """A second table and another column use the type; it goes when nothing uses it."""
    ship, port = TABLE.format(name="ships"), TABLE.format(name="ports")
    follow(evolving, CALM_ANGRY + ship)
    assert types(evolving) == {}
    revision = follow(evolving, CALM_ANGRY + ship + COLUMN)
    assert "op.execute(\"CREATE TYPE mood AS ENUM ('calm', 'angry')\")" in revision
    assert "sa.Enum('calm', 'angry', name='mood', create_type=False)" in revision
    assert "TYPE" not in follow(evolving, CALM_ANGRY + ship + COLUMN + port + COLUMN)
    assert "TYPE" not in follow(evolving, CALM_ANGRY + ship + port + COLUMN)
    assert types(evolving) == {"mood": ["calm", "angry"]}
    assert "op.execute('DROP TYPE mood')" in follow(evolving, ship)
    assert types(evolving) == {}
    evolving.database.downgrade("base")
    assert types(evolving) == {}


@pytest.mark.parametrize(
    ("members", "values", "statements"),
    [
        (
            "calm = 1; angry = 2; sad = 3",
            ["calm", "angry", "sad"],
            ["ADD VALUE 'sad' AFTER 'angry'"],
        ),
        ("glad = 0; calm = 1; angry = 2", ["glad", "calm", "angry"], ["ADD VALUE 'glad' BEFORE"]),
        (
            "calm = 1",
            ["calm"],
            ["RENAME TO mood_old", "SET DEFAULT 'calm'::mood", "text[]::mood[]"],
        ),
        ("angry = 1; calm = 2", ["angry", "calm"], ["CREATE TYPE mood AS ENUM"]),
    ],
)
def test_values_that_change(
    evolving: Evolving, members: str, values: list[str], statements: list[str]
) -> None:
    """Values are added, or columns, arrays and defaults change to a new type; rows are kept."""
    columns = (
        "    mood: Mapped[Mood] = mapped_column(server_default='calm')\n"
        "    moods: Mapped[list] = mapped_column(postgresql.ARRAY(sa.Enum(Mood)))\n"
    )
    model = TABLE.format(name="ships") + columns
    follow(evolving, MOOD.format("calm = 1; angry = 2") + model)
    with evolving.database.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (moods) VALUES ('{calm}')"))
    evolving.become(MOOD.format(members) + model)
    revision = evolving.revise()
    assert all(statement in revision for statement in statements)
    evolving.database.migrate()
    assert types(evolving) == {"mood": values}
    assert evolving.differences() == ""
    evolving.database.downgrade("-1")
    assert types(evolving) == {"mood": ["calm", "angry"]}
    evolving.database.migrate()
    with evolving.database.engine.connect() as connection:
        assert connection.execute(text("SELECT mood, moods::text FROM ships")).all() == [
            ("calm", "{calm}")
        ]


def test_a_text_becomes_an_enum_and_a_text_again(evolving: Evolving) -> None:
    """PostgreSQL is told how to cast the values that are there."""
    ship = TABLE.format(name="ships")
    as_text = ship + "    mood: Mapped[str] = mapped_column(sa.String(20))\n"
    follow(evolving, as_text)
    revision = follow(evolving, CALM_ANGRY + ship + COLUMN)
    assert "postgresql_using='mood::text::mood'" in revision
    assert "op.execute('DROP TYPE mood')" in follow(evolving, as_text)


def test_values_with_signs(evolving: Evolving) -> None:
    """Quotes, percent signs and colons stand in values as they are."""
    signs = ["it's", "100%", "a :b", "c\\\\d", '"e"']
    column = f"    mood: Mapped[str] = mapped_column(sa.Enum(*{signs!r}, name='Odd mood'))\n"
    follow(evolving, TABLE.format(name="ships") + column)
    assert types(evolving) == {"Odd mood": signs}


def test_types_that_are_not_ours(evolving: Evolving) -> None:
    """The type of another program stays, and so does one that the models say not to create."""
    with evolving.database.engine.begin() as connection:
        connection.execute(text("CREATE TYPE theirs AS ENUM ('a')"))
        connection.execute(text("CREATE TYPE shared AS ENUM ('a')"))
    column = (
        "    shared: Mapped[str] = mapped_column(sa.Enum('a', name='shared', create_type=False))\n"
    )
    assert "TYPE" not in follow(evolving, TABLE.format(name="ships") + column)
    assert types(evolving) == {"shared": ["a"], "theirs": ["a"]}


def test_a_type_in_a_schema(evolving: Evolving) -> None:
    """The type is created in the schema of its table's metadata, after the schema itself."""
    column = "    mood: Mapped[str] = mapped_column(sa.Enum('a', name='mood', schema='fleet'))\n"
    model = TABLE.format(name="ships").replace(
        "    id", "    __table_args__ = {'schema': 'fleet'}\n    id"
    )
    revision = follow(evolving, model + column)
    assert revision.index("CREATE SCHEMA") < revision.index("CREATE TYPE fleet.mood")
