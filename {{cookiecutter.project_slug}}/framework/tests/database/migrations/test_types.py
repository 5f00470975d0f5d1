"""Columns of every type in revisions: written by autogenerate, and by hand for all engines alike."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

pytestmark = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

BASE = """
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
from qapla_sample.databases.conventions import NAMING_CONVENTION, PrimaryKey

Model.metadata.naming_convention = NAMING_CONVENTION
Status = Literal["draft", "sent"]


class Officer(Model):
    __tablename__ = "officers"
    id: Mapped[PrimaryKey]


class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[PrimaryKey]
"""
# Of each column the line of the model, and that of a revision.
DEFAULTS = {
    "name": ("str", "sa.String(200)", '"it\'s"'),
    "notes": ("str", "LongText", '"none"'),
    "crew": ("int", "sa.Integer()", '"0"'),
    "mass": ("int", "sa.BigInteger()", '"-1"'),
    "speed": ("float", "sa.Double()", '"0.5"'),
    "price": ("decimal.Decimal", "ExactDecimal(10, 2)", '"1.5"'),
    "armed": ("bool", "sa.Boolean()", "sa.true()"),
    "retired": ("bool", "sa.Boolean()", "sa.false()"),
    "built_on": ("datetime.date", "sa.Date()", '"2024-01-01"'),
    "seen_at": ("datetime.datetime", "UtcDateTime()", "utc_now()"),
    "papers": ("Any", "Json", '"{}"'),
}
OTHERS = {
    "code": ("uuid.UUID", "sa.Uuid()"),
    "image": ("bytes", "LongBytes"),
    "scan": ("Any", "Json"),
}
MODEL_LINES = [
    *(
        f"    {name}: Mapped[{python}] = mapped_column({type_}, server_default={default})\n"
        for name, (python, type_, default) in DEFAULTS.items()
    ),
    *(
        f"    {name}: Mapped[{python}] = mapped_column({type_})\n"
        f"    maybe_{name}: Mapped[{python}] = mapped_column({type_}, nullable=True)\n"
        for name, (python, type_) in OTHERS.items()
    ),
]
STATUS = '    status: Mapped[Status] = mapped_column(Choice({}, name="status"), server_default="draft")\n'
DRAFT_SENT = STATUS.format('"draft", "sent"')
SERIAL = "    serial: Mapped[str | None] = mapped_column(sa.String(20), unique=True)\n"
CAPTAIN = (
    '    captain_id: Mapped[int | None] = mapped_column(sa.ForeignKey("officers.id"), index=True)\n'
)
EVERYTHING = BASE + "".join(MODEL_LINES) + DRAFT_SENT + SERIAL + CAPTAIN

REVISION = """
import sqlalchemy as sa
from alembic import op

from qapla.database.types import ExactDecimal, Json, LongBytes, LongText, UtcDateTime, utc_now

revision, down_revision, branch_labels, depends_on = {number!r}, {before!r}, None, None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
"""
BIGINT = 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
KEY = f'sa.Column("id", {BIGINT}, nullable=False)'
CREATE_OFFICERS = (
    f'op.create_table("officers", {KEY}, sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")))'
)
CREATE_SHIPS = (
    f'op.create_table("ships", {KEY}, {{}}sa.PrimaryKeyConstraint("id", name=op.f("pk_ships")))'
)
COLUMNS = [
    *(
        f'sa.Column("{name}", {type_}, server_default={default}, nullable=False)'
        for name, (_, type_, default) in DEFAULTS.items()
    ),
    'sa.Column("status", sa.String(50), server_default="draft", nullable=False)',
    'sa.Column("serial", sa.String(20), nullable=True)',
    f'sa.Column("captain_id", {BIGINT}, nullable=True)',
]
NEW = [
    *(
        f'sa.Column("{prefix}{name}", {type_}, nullable={bool(prefix)})'
        for name, (_, type_) in OTHERS.items()
        for prefix in ("", "maybe_")
    ),
    *COLUMNS,
    """sa.CheckConstraint("status IN ('draft', 'sent')", name=op.f("ck_ships_status"))""",
    'sa.UniqueConstraint("serial", name=op.f("uq_ships_serial"))',
    'sa.ForeignKeyConstraint(["captain_id"], ["officers.id"], '
    'name=op.f("fk_ships_captain_id_officers"))',
]
INDEX = 'op.create_index(op.f("ix_ships_captain_id"), "ships", ["captain_id"])'
ADD = [
    'with op.batch_alter_table("ships") as batch:',
    *(f"    batch.add_column({column})" for column in COLUMNS),
    """    batch.create_check_constraint(op.f("ck_ships_status"), "status IN ('draft', 'sent')")""",
    '    batch.create_unique_constraint(op.f("uq_ships_serial"), ["serial"])',
    "    batch.create_foreign_key(",
    '        op.f("fk_ships_captain_id_officers"), "officers", ["captain_id"], ["id"])',
    '    batch.create_index(op.f("ix_ships_captain_id"), ["captain_id"])',
]
DROP = [
    'with op.batch_alter_table("ships") as batch:',
    '    batch.drop_constraint(op.f("fk_ships_captain_id_officers"), type_="foreignkey")',
    '    batch.drop_index(op.f("ix_ships_captain_id"))',
    '    batch.drop_constraint(op.f("uq_ships_serial"), type_="unique")',
    '    batch.drop_constraint(op.f("ck_ships_status"), type_="check")',
    *(f'    batch.drop_column("{name}")' for name in [*DEFAULTS, "status", "serial", "captain_id"]),
]


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database that follows its models, on the server that the parameter names."""
    evolving = Evolving(place("types"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


def write(evolving: Evolving, number: int, upgrade: list[str], downgrade: list[str]) -> None:
    """Write a revision by hand."""
    source = REVISION.format(
        number=f"{number:04}",
        before=f"{number - 1:04}" if number > 1 else None,
        upgrade="\n    ".join(upgrade),
        downgrade="\n    ".join(downgrade),
    )
    (evolving.versions / f"{number:04}_.py").write_text(source)


def tables(evolving: Evolving) -> list[str]:
    """Return the tables of the database, except Alembic's own."""
    with evolving.database.engine.connect() as connection:
        found = inspect(connection).get_table_names()
    return [name for name in found if name != "alembic_version"]


def test_autogenerate_creates_every_type(evolving: Evolving) -> None:
    """The revision needs no code of the project, matches its models, and leaves nothing behind."""
    evolving.become(EVERYTHING)
    assert "qapla" not in evolving.revise()
    evolving.there_and_back()
    assert evolving.differences() == ""
    evolving.database.downgrade("base")
    assert tables(evolving) == []


def test_autogenerate_adds_and_drops_every_type(evolving: Evolving) -> None:
    """Columns with their constraints and indexes, and a whole table, go up, down and up."""
    without_ships = BASE[: BASE.index("class Ship")]
    for models in (BASE, EVERYTHING, BASE, EVERYTHING, without_ships):
        evolving.become(models)
        assert evolving.revise()
        evolving.database.migrate()
        evolving.database.downgrade("-1")
        evolving.database.migrate()
        assert evolving.differences() == ""


def test_autogenerate_replaces_a_choice(evolving: Evolving) -> None:
    """Another value, or none any more, is another constraint."""
    as_text = STATUS.replace('Choice({}, name="status")', "sa.String(50)")
    signs = STATUS.format(r""""draft", "it's", "100%", "a :b", "c\\d", '"e"'""")
    for line in (DRAFT_SENT, signs, as_text, signs, DRAFT_SENT):
        evolving.become(BASE + line)
        assert "ck_ships_status" in evolving.revise()
        evolving.there_and_back()
        assert evolving.differences() == ""


def test_a_revision_for_every_engine(evolving: Evolving) -> None:
    """The same text creates the table anywhere, and autogenerate has nothing to add."""
    evolving.become(EVERYTHING)
    created = CREATE_SHIPS.format(", ".join(NEW) + ", ")
    dropped = ['op.drop_table("ships")', 'op.drop_table("officers")']
    write(evolving, 1, [CREATE_OFFICERS, created, INDEX], dropped)
    evolving.there_and_back()
    assert evolving.differences() == ""
    evolving.database.downgrade("base")
    assert tables(evolving) == []


def test_columns_of_a_table_with_rows(evolving: Evolving) -> None:
    """The same text adds and drops them anywhere: the rows get the defaults, and are kept."""
    every = [line for line in MODEL_LINES if "server_default" in line]
    evolving.become(BASE + "".join(every) + DRAFT_SENT + SERIAL + CAPTAIN)
    write(evolving, 1, [CREATE_OFFICERS, CREATE_SHIPS.format("")], ["pass"])
    write(evolving, 2, ADD, DROP)
    evolving.database.migrate("0001")
    with evolving.database.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (id) VALUES (7)"))
    evolving.database.migrate()
    assert evolving.differences() == ""
    with evolving.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, name, crew, status, captain_id FROM ships"))
        assert rows.all() == [(7, "it's", 0, "draft", None)]
    evolving.database.downgrade("0001")
    with evolving.database.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM ships")).all() == [(7,)]
        assert inspect(connection).get_indexes("ships") == []
        assert inspect(connection).get_check_constraints("ships") == []
