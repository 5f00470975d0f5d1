"""The revision that creates adopted tables: the same ones, on an empty database of the same engine."""

from collections.abc import Callable

import pytest
from sqlalchemy import inspect

from qapla.cli.adopt import base_revision, formatted, reflect
from qapla.database.database import Database

from support.adoption import AdoptedPackage
from support.catalogs import catalogs

Load = Callable[..., Database]
Place = Callable[..., Database]
Package = Callable[..., AdoptedPackage]

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

TWO = """
CREATE TABLE ships (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) DEFAULT 'a :b');
CREATE TABLE decks (ship_id INTEGER NOT NULL, CONSTRAINT pk_decks PRIMARY KEY (ship_id));
"""
REVISION = '''"""Create the tables that legacy has already.

Revision ID: f2cea0b2eb52
Revises: 0123
"""

import sqlalchemy as sa
from alembic import op

revision: str = "f2cea0b2eb52"
down_revision: str | None = "0123"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "decks",
        sa.Column("ship_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ship_id", name="pk_decks"),
    )
    op.create_table(
        "ships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), server_default=sa.text("'a \\\\:b'"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Downgrade the schema."""
    op.drop_table("ships")
    op.drop_table("decks")
'''
FLEET = """
CREATE SCHEMA fleet;
CREATE TABLE fleet.gadgets (id serial PRIMARY KEY, lot serial, name text);
"""
# The embedded server has this extension alone.
EXTENSION = """
CREATE EXTENSION vector;
CREATE TABLE ships (id integer PRIMARY KEY, speed float DEFAULT vector_norm('[3,4]'));
CREATE TABLE ports (id integer PRIMARY KEY, name text, place vector(2));
"""


def ignore(line: str) -> None:
    """Ignore a line about a thing that is left out."""


@EVERY
def test_the_revision_makes_the_same_tables(load: Load, place: Place, package: Package) -> None:
    """The catalogs have the same facts, and the second database the same models and revision."""
    database, adopted = load(), package(conventions=False)
    models = reflect(database.engine, tell=ignore)
    adopted.write(models)
    adopted.write_revision(models)
    migrated = adopted.upgraded(place("qapla_adopted_again"))
    tables = {table.name for model in models for table in model.tables}
    assert catalogs(migrated, tables) == catalogs(database, tables)
    again = reflect(migrated.engine, tell=ignore)
    assert base_revision(again, "legacy") == base_revision(models, "legacy")
    migrated.dispose()


@EVERY
def test_the_revision_goes_down_and_up_again(load: Load, place: Place, package: Package) -> None:
    """With types, sequences and cycles; and the models match, whatever names constraints."""
    adopted = package()
    models = reflect(load().engine, tell=ignore)
    adopted.write(models)
    adopted.write_revision(models)
    migrated = adopted.upgraded(place("qapla_adopted_again"))
    migrated.downgrade("base")
    assert inspect(migrated.engine).get_table_names() == ["alembic_version"]
    migrated.migrate()
    migrated.dispose()
    assert adopted.differences(migrated) == ""


@SQLITE
def test_the_text_of_a_revision(load: Load, package: Package) -> None:
    """It reads as one of autogenerate, and the same database gives the same text."""
    adopted = package()
    models = reflect(load(TWO).engine)
    adopted.write_revision(models)
    text = base_revision(models, "legacy", down_revision="0123")
    assert text == base_revision(reflect(load(TWO).engine), "legacy", down_revision="0123")
    assert formatted(text, adopted.migrations / "versions" / "base.py") == REVISION


@POSTGRESQL
def test_a_serial_key_of_a_schema(load: Load, place: Place, package: Package) -> None:
    """Its sequence is the key's own, as in the default schema; that of another column is made."""
    database, adopted = load(FLEET), package()
    models = reflect(database.engine, schema="fleet")
    adopted.write(models)
    assert adopted.differences(database) == ""
    text = adopted.write_revision(models)
    assert "CREATE SEQUENCE fleet.gadgets_lot_seq" in text
    assert "gadgets_id_seq" not in text
    migrated = adopted.upgraded(place("qapla_adopted_again"))
    migrated.dispose()
    assert adopted.differences(migrated) == ""


@POSTGRESQL
def test_an_extension_that_a_column_needs(load: Load, place: Place, package: Package) -> None:
    """The revision creates it; a column that is left out needs none."""
    database, adopted = load(EXTENSION), package()
    models = {it.name: it for it in reflect(database.engine, tell=ignore)}
    assert "EXTENSION" not in base_revision([models["Port"]], "legacy")
    adopted.write([models["Ship"]])
    text = adopted.write_revision([models["Ship"]])
    assert 'op.execute("CREATE EXTENSION IF NOT EXISTS vector")' in text
    assert "DROP EXTENSION" not in text
    migrated = adopted.upgraded(place("qapla_adopted_again"))
    migrated.dispose()
    assert adopted.differences(migrated) == ""
