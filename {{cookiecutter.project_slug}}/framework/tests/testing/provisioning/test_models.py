"""Test databases of others' databases: made from the models, and never stale."""

from collections.abc import Callable

import pytest
from sqlalchemy import inspect, text

from qapla.database.database import Database
from qapla.database.places.urls import name_of
from qapla.exceptions import DatabaseError
from qapla.testing.provisioning.digest import digest_of
from qapla.testing.provisioning.provision import Mode, provision

from support.legacy import NAME, SHIPS
from support.provisioning import tables, templates, use

Legacy = Callable[..., Database]

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
CLONING = pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
OTHERS = pytest.mark.parametrize("place", ["sqlite", "mariadb"], indirect=True)

# A table of every kind of thing that `create_all` makes.
FULL = """
class Rank(enum.Enum):
    low = "low"
    high = "high"

class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20), server_default="unnamed", index=True)

class Officer(Model):
    __tablename__ = "officers"
    __table_args__ = (sa.CheckConstraint("age > 0", name="grown"), {"comment": "The crew"})
    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[Rank] = mapped_column(server_default="low")
    age: Mapped[int] = mapped_column(unique=True)
    armed: Mapped[bool | None]
    ship_id: Mapped[int] = mapped_column(sa.ForeignKey("ships.id"))
"""
SCHEMAS = """
class Rank(enum.Enum):
    low = "low"

class Ship(Model):
    __tablename__ = "ships"
    __table_args__ = {"schema": "far away"}
    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[Rank] = mapped_column(sa.Enum(Rank, schema="types", inherit_schema=False))
"""
ROWS = (
    SHIPS
    + """
sa.event.listen(Ship.__table__, "after_create", sa.DDL("INSERT INTO ships VALUES (1, 'Rotarran')"))
"""
)
ASKS = (
    SHIPS
    + """
@event.listens_for(Ship.__table__, "after_create")
def ask(target, connection, **kw):
    if connection.scalar(sa.text("SELECT count(*) FROM ships")) == 0:
        connection.execute(sa.text("CREATE TABLE more (id INTEGER)"))
"""
)


@EVERY
def test_the_models_make_the_tables(legacy: Legacy) -> None:
    """With their enums, server defaults, indexes, constraints and comments, and no revision."""
    database = legacy(FULL)
    provision(database, Mode())
    assert tables(database) == {"officers", "ships"}
    inspector = inspect(database.engine)
    assert [index["column_names"] for index in inspector.get_indexes("ships")] == [["name"]]
    assert [check["name"] for check in inspector.get_check_constraints("officers")] == ["grown"]
    use(database, "INSERT INTO ships (id) VALUES (1)")
    use(database, "INSERT INTO officers (age, ship_id) VALUES (7, 1)")
    with database.get_session() as session:
        query = text("SELECT s.name, o.rank FROM officers o JOIN ships s ON s.id = o.ship_id")
        assert [tuple(row) for row in session.execute(query)] == [("unnamed", "low")]


@EVERY
def test_the_next_run_has_no_rows_of_the_last_one(legacy: Legacy) -> None:
    """Whatever the last run has left is gone, and keys count from the start."""
    for _ in range(2):
        database = legacy()
        provision(database, Mode())
        use(database, "INSERT INTO ships (name) VALUES ('Rotarran')")
        with database.get_session() as session:
            assert session.scalars(text("SELECT id FROM ships")).all() == [1]


@EVERY
@pytest.mark.parametrize("reuse", [True, False])
def test_unchanged_models_are_recognized(legacy: Legacy, reuse: bool) -> None:
    """A method more changes no table, in whatever package the models are."""
    provision(legacy(), Mode())
    database = legacy(SHIPS + "    def sail(self): pass\n")
    use(database, "CREATE VIEW sign AS SELECT 1 AS one")
    provision(database, Mode(reuse=True))
    with database.get_session() as session:
        assert session.scalar(text("SELECT one FROM sign")) == 1


@EVERY
@pytest.mark.parametrize("reuse", [True, False])
def test_a_changed_model_makes_the_database_anew(legacy: Legacy, reuse: bool) -> None:
    """The old template is removed, also where the last database was to be kept."""
    provision(legacy(), Mode())
    before = templates(legacy())
    changed = legacy(SHIPS + "    age: Mapped[int]\n")
    provision(changed, Mode(reuse=reuse))
    use(changed, "INSERT INTO ships (name, age) VALUES ('Rotarran', 7)")
    assert len(templates(changed)) == len(before) <= 1
    assert not set(templates(changed)) & set(before)


@EVERY
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sa.String(20)", "sa.String(30)"),
        ('"unnamed"', '"nameless"'),
        ("index=True", "index=False"),
        ("age > 0", "age > 1"),
        ('high = "high"', 'top = "top"'),
        ("unique=True", "unique=False"),
        ('sa.ForeignKey("ships.id")', 'sa.ForeignKey("ships.id", ondelete="CASCADE")'),
    ],
)
def test_each_change_of_a_schema_is_noticed(legacy: Legacy, old: str, new: str) -> None:
    """The hash is of the statements that create the tables."""
    assert FULL.count(old) == 1
    digests = {digest_of(legacy(models)) for models in (FULL, FULL, FULL.replace(old, new))}
    assert len(digests) == 2


@CLONING
def test_workers_clone_a_template(legacy: Legacy) -> None:
    """The models make it once."""
    databases = [legacy(name=f"{NAME}{worker}") for worker in ("", "_gw0", "_gw1")]
    for database in databases:
        provision(database, Mode())
        assert tables(database) == {"ships"}
    assert templates(databases[0]) == [f"{NAME}_template_{digest_of(databases[0])[:8]}"]


@CLONING
@pytest.mark.parametrize("alone", [True, False])
def test_rows_that_the_models_make_are_there_each_time(legacy: Legacy, alone: bool) -> None:
    """The database is cloned, as it cannot be emptied."""
    for _ in range(2):
        database = legacy(ROWS)
        assert not provision(database, Mode(alone=alone)).resettable
        use(database, "UPDATE ships SET name = 'Bortas' WHERE name = 'Rotarran'")
        assert len(templates(database)) == 1


@EVERY
def test_a_listener_that_asks_the_database(legacy: Legacy) -> None:
    """Its statements are known only while it runs: the database is made anew each time."""
    assert digest_of(legacy(ASKS)) != digest_of(legacy(ASKS))
    for _ in range(2):
        database = legacy(ASKS)
        provision(database, Mode())
        assert tables(database) == {"more", "ships"}


@POSTGRESQL
def test_schemas_are_made(legacy: Legacy) -> None:
    """The schemas of tables and of enums are there before them."""
    for _ in range(2):
        database = legacy(SCHEMAS)
        provision(database, Mode())
        with database.get_session() as session:
            assert session.scalar(text('SELECT count(*) FROM "far away".ships')) == 0
        use(database, "INSERT INTO \"far away\".ships (rank) VALUES ('low')")


@OTHERS
def test_a_schema_that_is_another_database_is_refused(legacy: Legacy) -> None:
    """Tests would write to it."""
    database = legacy(SCHEMAS)
    title = {"sqlite": "SQLite", "mysql": "MariaDB"}[database.url.get_backend_name()]
    with pytest.raises(DatabaseError) as caught:
        provision(database, Mode())
    assert str(caught.value) == (
        f"database 'legacy': on {title} the schema 'far away' of its models is another database, which "
        "tests leave alone: leave the schema out of the models, or set the engine option "
        "execution_options in the settings of tests to {'schema_translate_map': {'far away': None}}"
    )


@OTHERS
def test_a_map_of_schemas(legacy: Legacy) -> None:
    """The tables are in the test database, where the sessions of tests look for them."""
    names = {"far away": None}
    database = legacy(SCHEMAS, options={"execution_options": {"schema_translate_map": names}})
    assert digest_of(database) != digest_of(legacy(SCHEMAS))
    provision(database, Mode())
    assert tables(database) == {"ships"}


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_database_without_models(legacy: Legacy) -> None:
    """There is nothing that its test database could be made from."""
    target = legacy().target
    with pytest.raises(DatabaseError) as caught:
        provision(Database("legacy", managed=False).at(target), Mode())
    assert str(caught.value) == (
        "database 'legacy' has no package of models, from which its test database is made: write one, "
        "and name it in `models`"
    )
    with pytest.raises(DatabaseError) as caught:
        provision(Database("legacy", models="support.errors", managed=False).at(target), Mode())
    assert str(caught.value) == (
        "database 'legacy': no module of support.errors has a declarative base or a model, from which "
        "its test database is made: write one"
    )


@EVERY
def test_models_of_another_package_are_not_made(legacy: Legacy) -> None:
    """A module may import a model of another database."""
    other = legacy(SHIPS.replace("ships", "moons"))
    database = legacy(f"from {other.models}.models import Ship as Moon\n{SHIPS}")
    provision(database, Mode())
    assert tables(database) == {"ships"}
    assert name_of(database.target.url).endswith(NAME)
