"""Columns of every type in revisions: written by autogenerate, and by hand for all engines alike."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

EVERY_ENGINE = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

MODELS = """
from typing import Any, Literal

from qapla.database.types import (
    Choice,
    ExactDecimal,
    Json,
    LongBytes,
    LongText,
    UtcDateTime,
    utc_now,
)

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Officer(Model):
    __tablename__ = "officers"
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)
"""
COLUMNS = """
    name: Mapped[str] = mapped_column(sa.String(200), unique=True, server_default="it's")
    notes: Mapped[str] = mapped_column(LongText, server_default="none")
    crew: Mapped[int] = mapped_column(sa.Integer, index=True, server_default="0")
    mass: Mapped[int] = mapped_column(sa.BigInteger, server_default="-1")
    speed: Mapped[float] = mapped_column(sa.Double, server_default="0.5")
    price: Mapped[decimal.Decimal] = mapped_column(ExactDecimal(10, 2), server_default="1.5")
    armed: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    built_on: Mapped[datetime.date] = mapped_column(sa.Date, server_default="2024-01-01")
    seen_at: Mapped[datetime.datetime] = mapped_column(UtcDateTime, server_default=utc_now())
    code: Mapped[uuid.UUID] = mapped_column(sa.Uuid)
    papers: Mapped[Any] = mapped_column(Json, server_default="{}")
    image: Mapped[bytes] = mapped_column(LongBytes)
    status: Mapped[Literal["draft", "sent"]] = mapped_column(
        Choice("draft", "sent", name="status"), server_default="draft"
    )
    captain_id: Mapped[int] = mapped_column(sa.ForeignKey("officers.id"), index=True)
"""


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database that follows its models, on the server that the parameter names."""
    evolving = Evolving(place("types"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


@EVERY_ENGINE
def test_autogenerate_writes_every_type(evolving: Evolving) -> None:
    """A revision runs as it is written, without code of the project, and matches its models."""
    evolving.become(MODELS + COLUMNS)
    print(evolving.revise())
    evolving.there_and_back()
    assert evolving.differences() == ""


@EVERY_ENGINE
def test_add_columns(evolving: Evolving) -> None:
    evolving.become(MODELS)
    evolving.revise()
    evolving.database.migrate()
    evolving.become(MODELS + COLUMNS)
    print(evolving.revise())
    evolving.there_and_back()
    assert evolving.differences() == ""
    evolving.become(MODELS)
    print("REMOVE", evolving.revise())
    evolving.there_and_back()
    assert evolving.differences() == ""
    evolving.become("")
    print("REMOVE TABLE", evolving.revise())
    evolving.there_and_back()
    assert evolving.differences() == ""


@EVERY_ENGINE
def test_choice(evolving: Evolving) -> None:
    evolving.become(MODELS + COLUMNS)
    evolving.revise()
    evolving.database.migrate()
    evolving.become(
        MODELS + COLUMNS.replace('Choice("draft", "sent"', 'Choice("draft", "sent", "void"')
    )
    print("CHANGE", evolving.revise())
    evolving.there_and_back()
    assert evolving.differences() == ""
    evolving.become(
        MODELS + COLUMNS.replace('Choice("draft", "sent", name="status")', "sa.String(50)")
    )
    print("TOSTR", evolving.revise())
    evolving.there_and_back()
    assert evolving.differences() == ""
