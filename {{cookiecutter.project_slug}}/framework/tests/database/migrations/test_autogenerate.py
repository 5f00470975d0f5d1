"""Autogenerate: usual columns, types of one's own, schemas, and the tables of other programs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

EVERY_ENGINE = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)

COLUMNS = """
class Mood(enum.Enum):
    calm = "calm"
    angry = "angry"


class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), server_default="unnamed")
    quoted: Mapped[str] = mapped_column(sa.String(200), server_default="it's 100% :fine")
    empty: Mapped[str] = mapped_column(sa.String(200), server_default="")
    crew: Mapped[int] = mapped_column(server_default="0")
    decks: Mapped[int] = mapped_column(server_default=text("7"))
    debt: Mapped[int] = mapped_column(sa.BigInteger, server_default="-1")
    armed: Mapped[bool] = mapped_column(server_default=sa.true())
    price: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2), server_default="1.50")
    speed: Mapped[float] = mapped_column(server_default="0.5")
    built: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    rebuilt: Mapped[datetime.datetime] = mapped_column(server_default=text("CURRENT_TIMESTAMP"))
    day: Mapped[datetime.date] = mapped_column(server_default="2024-01-01")
    alarm: Mapped[datetime.time]
    uid: Mapped[uuid.UUID]
    data: Mapped[dict] = mapped_column(sa.JSON, server_default="{}")
    image: Mapped[bytes]
    notes: Mapped[str | None] = mapped_column(sa.Text)
    mood: Mapped[Mood] = mapped_column(server_default="calm")
    double: Mapped[int | None] = mapped_column(sa.Computed("crew * 2"))
"""
MORE_COLUMNS = {
    "postgresql": """
    binary: Mapped[dict] = mapped_column(postgresql.JSONB, server_default=text("'{}'::jsonb"))
    tags: Mapped[list] = mapped_column(postgresql.ARRAY(sa.String(20)), server_default="{}")
    moods: Mapped[list] = mapped_column(postgresql.ARRAY(sa.Enum(Mood)))
    random: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    clock: Mapped[datetime.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    number: Mapped[int] = mapped_column(sa.Identity())
    pause: Mapped[datetime.timedelta] = mapped_column(server_default="1 day")
    address: Mapped[str] = mapped_column(postgresql.INET, server_default="127.0.0.1")
""",
    "mysql": """
    now: Mapped[datetime.datetime] = mapped_column(server_default=text("now()"))
    changed: Mapped[datetime.datetime] = mapped_column(server_default=text("now() ON UPDATE now()"))
    random: Mapped[str] = mapped_column(sa.String(36), server_default=text("(uuid())"))
""",
    "sqlite": """
    random: Mapped[str] = mapped_column(server_default=text("(lower(hex(randomblob(16))))"))
""",
}
SHIPS = """
class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
PORTS = """
class Port(Model):
    __tablename__ = "ports"
    __table_args__ = {"schema": "far away"}
    id: Mapped[int] = mapped_column(primary_key=True)
"""
TYPES = """
class Document(sa.TypeDecorator):
    impl = sa.JSON
    cache_ok = True


class Name(sa.TypeDecorator):
    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(sa.String(40 if dialect.name == "sqlite" else 50))


class Outer(sa.TypeDecorator):
    impl = Name
    cache_ok = True


class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    papers: Mapped[dict] = mapped_column(Document)
    name: Mapped[str] = mapped_column(Outer)
"""
OWN_TYPE = """
class Distance(sa.types.UserDefinedType):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "NUMERIC(9, 3)"


class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    flown: Mapped[int] = mapped_column(Distance)
"""


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database that follows its models, on the server that the parameter names."""
    evolving = Evolving(place("evolving"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


@EVERY_ENGINE
def test_usual_columns(evolving: Evolving) -> None:
    """Columns and server defaults go up, down and up, and then match their models."""
    evolving.become(COLUMNS + MORE_COLUMNS[evolving.database.url.get_backend_name()])
    assert evolving.revise()
    evolving.there_and_back()
    assert evolving.differences() == ""


@EVERY_ENGINE
def test_a_server_default_that_changes(evolving: Evolving) -> None:
    """Another default is found, and so is one that is new or gone."""
    model = SHIPS + "    name: Mapped[str] = mapped_column(sa.String(20){})\n"
    for default in ("", ", server_default='a'", ", server_default='b'", ""):
        evolving.become(model.format(default))
        assert evolving.revise()
        evolving.there_and_back()
        assert evolving.differences() == ""


@EVERY_ENGINE
def test_a_decorator_is_rendered_as_its_type(evolving: Evolving) -> None:
    """A revision needs no code of the project for a `TypeDecorator`."""
    evolving.become(TYPES)
    revision = evolving.revise()
    length = 40 if evolving.database.url.get_backend_name() == "sqlite" else 50
    assert f"sa.Column('name', sa.String(length={length}), nullable=False)" in revision
    assert "evolving_" not in revision
    evolving.there_and_back()
    assert evolving.differences() == ""


@EVERY_ENGINE
def test_a_type_of_ones_own_is_imported(evolving: Evolving) -> None:
    """A revision imports the module of a type that is no decorator."""
    evolving.become(OWN_TYPE)
    assert ".Distance(), nullable=False)" in evolving.revise()
    evolving.there_and_back()


@EVERY_ENGINE
def test_tables_of_other_programs(evolving: Evolving) -> None:
    """A table is dropped when its model was removed, and left alone if no revision names it."""
    evolving.become(SHIPS + PORTS.replace('    __table_args__ = {"schema": "far away"}\n', ""))
    evolving.revise()
    evolving.database.migrate()
    with evolving.database.engine.begin() as connection:
        # A column of ours has the name of the second one.
        for name in ("spatial_ref_sys", "id"):
            connection.execute(text(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)"))
    assert evolving.differences() == ""
    evolving.become(SHIPS)
    revision = evolving.revise()
    assert "op.drop_table('ports')" in revision
    assert revision.count("op.drop_table(") == 1


@POSTGRESQL
def test_a_model_in_another_schema(evolving: Evolving) -> None:
    """The schema is created, and the schemas of others are left alone."""
    evolving.become(SHIPS + PORTS)
    revision = evolving.revise()
    assert "op.execute('CREATE SCHEMA IF NOT EXISTS \"far away\"')" in revision
    evolving.there_and_back()
    with evolving.database.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA theirs"))
        connection.execute(text("CREATE TABLE theirs.ports (id integer)"))
        connection.execute(text('CREATE TABLE "far away".theirs (id integer)'))
    assert evolving.differences() == ""
    evolving.become(SHIPS)
    revision = evolving.revise()
    assert "op.drop_table('ports', schema='far away')" in revision
    assert "theirs" not in revision
    evolving.there_and_back()


@POSTGRESQL
def test_the_default_schema_by_its_name(evolving: Evolving) -> None:
    """A model that names the default schema is found there."""
    evolving.become(PORTS.replace("far away", "public"))
    assert evolving.revise()
    evolving.there_and_back()
    assert evolving.differences() == ""
