"""`AlembicEnv` takes every option of Alembic's, and a connection or engine of the caller."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import create_engine, text
from sqlalchemy import inspect as inspect_database

from qapla.database.database import Database
from qapla.database.migrations.options import Options

from qapla_sample.evolving import Evolving

SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

SHIPS = """
class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20))
"""
CLEAR = """process_revision_directives=lambda context, revision, directives: [
    it.upgrade_ops.ops.clear() for it in directives
]"""


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database in a file that follows its models."""
    evolving = Evolving(place("options"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


def tables(evolving: Evolving) -> set[str]:
    """Return the names of the tables."""
    return set(inspect_database(evolving.database.engine).get_table_names())


def test_every_option_is_known() -> None:
    """The types of the options are those of Alembic; `**kw` has the options of the version table."""
    known = set(inspect.signature(EnvironmentContext.configure).parameters) - {"self", "kw"}
    more = {"version_table", "version_table_schema", "version_table_pk"}
    assert set(Options.__annotations__) == known | more


@SQLITE
def test_another_version_table(evolving: Evolving) -> None:
    """An option reaches Alembic."""
    evolving.become(SHIPS, "version_table='versions'")
    evolving.revise()
    evolving.database.migrate()
    assert tables(evolving) == {"ships", "versions"}
    assert evolving.differences() == ""


@SQLITE
def test_objects_that_are_left_out(evolving: Evolving) -> None:
    """`include_object` and `include_name` leave more out than the framework does."""
    evolving.become(SHIPS, "include_object=lambda found, name, *_: name != 'ships'")
    assert evolving.revise() == ""
    evolving.become(SHIPS)
    evolving.revise()
    evolving.database.migrate()
    evolving.become("", "include_name=lambda name, kind, parents: name != 'ships'")
    assert evolving.revise() == ""
    evolving.become("")
    assert "op.drop_table('ships')" in evolving.revise()


@SQLITE
def test_a_rendering_of_ones_own(evolving: Evolving) -> None:
    """`render_item` has the first word, and a false answer leaves it to the framework."""
    option = "render_item=lambda kind, item, context: isinstance(item, sa.String) and 'sa.Text()'"
    evolving.become(SHIPS, option)
    revision = evolving.revise()
    assert "sa.Column('name', sa.Text(), nullable=False)" in revision
    assert "sa.Column('id', sa.Integer(), nullable=False)" in revision


@SQLITE
def test_directives_of_ones_own(evolving: Evolving) -> None:
    """A revision that a hook has emptied is not written either."""
    evolving.become(SHIPS, CLEAR)
    assert evolving.revise() == ""


@SQLITE
def test_plugins_of_ones_own(evolving: Evolving) -> None:
    """Comparisons can be chosen; the framework's are there unless they are excluded."""
    default = "    armed: Mapped[bool] = mapped_column(server_default=sa.text('{}'))\n"
    evolving.become(SHIPS + default.format("1"))
    evolving.revise()
    evolving.database.migrate()
    evolving.become(SHIPS + default.format("0"), "autogenerate_plugins=['alembic.autogenerate.*']")
    assert "armed" in evolving.differences()
    none = "autogenerate_plugins=['alembic.autogenerate.tables', '~qapla.autogenerate']"
    evolving.become(SHIPS + default.format("0"), none)
    assert evolving.differences() == ""


@SQLITE
def test_an_engine_of_the_caller(evolving: Evolving, tmp_path: Path) -> None:
    """As pytest-alembic hands one over: no application is prepared for it."""
    evolving.become(SHIPS)
    evolving.revise()
    config = Config()
    config.set_main_option("script_location", str(evolving.migrations))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{tmp_path}/other.db")
    config.attributes["connection"] = engine
    command.upgrade(config, "head")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ships")) == 0
    engine.dispose()
    assert tables(evolving) == set()
