"""The conventions that every generated model follows."""

import runpy
from typing import Any

import pytest
from baking import TEMPLATE
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped
from sqlalchemy.schema import CreateTable

SLUG = "{{cookiecutter.project_slug}}"


@pytest.fixture(scope="module")
def conventions() -> dict[str, Any]:
    """Return the names of the project's module of conventions."""
    return runpy.run_path(str(TEMPLATE / SLUG / "src" / SLUG / "databases" / "conventions.py"))


def test_constraints_are_named_after_their_table_and_columns(conventions: dict[str, Any]) -> None:
    """Every column is in the name, so that two constraints differ."""
    metadata = MetaData(naming_convention=conventions["NAMING_CONVENTION"])
    Table("captains", metadata, Column("id", Integer, primary_key=True))
    ships = Table(
        "ships",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("a", ForeignKey("captains.id")),
        Column("b", Integer, index=True),
        UniqueConstraint("a", "b"),
        Index(None, "b", "a"),
    )
    assert {str(index.name) for index in ships.indexes} == {"ix_ships_b", "ix_ships_b_a"}
    assert {str(constraint.name) for constraint in ships.constraints} == {
        "pk_ships",
        "fk_ships_a_captains",
        "uq_ships_a_b",
    }


@pytest.mark.parametrize(
    ("dialect", "column"),
    [
        (postgresql, "id BIGSERIAL NOT NULL"),
        (mysql, "id BIGINT NOT NULL AUTO_INCREMENT"),
        (sqlite, "id INTEGER NOT NULL"),
    ],
)
def test_a_primary_key_has_64_bits(conventions: dict[str, Any], dialect: Any, column: str) -> None:
    """SQLite's INTEGER has them, too."""

    key: Any = conventions["PrimaryKey"]

    class Model(DeclarativeBase):
        """A base without other models."""

    class Ship(Model):
        """A model whose key follows the conventions."""

        __tablename__ = "ships"
        id: Mapped[key]

    table: Any = Ship.__table__
    assert column in str(CreateTable(table).compile(dialect=dialect.dialect()))
