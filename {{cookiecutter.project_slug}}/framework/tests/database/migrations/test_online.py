"""Operations of revisions that leave a table open for reads and writes."""

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from qapla.database.database import Database

from qapla_sample.evolving import Evolving

EVERY_ENGINE = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

MODELS = """
Model.metadata.naming_convention = {
    "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

class Port(Model):
    __tablename__ = "ports"
    id: Mapped[int] = mapped_column(primary_key=True)

class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
COLUMNS = """
    __table_args__ = (sa.CheckConstraint("state IN ('a', 'b')", name="state"),)
    state: Mapped[str] = mapped_column(sa.String(9), server_default="a")
    code: Mapped[str | None] = mapped_column(sa.String(9), unique=True)
    port_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ports.id", ondelete="CASCADE"), index=True)
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
from qapla.database.migrations import online

revision = "0002"
down_revision = "0001"


def upgrade():
    online.add_columns(
        "ships",
        sa.Column("state", sa.String(9), server_default="a", nullable=False),
        sa.Column("code", sa.String(9), server_default={default!r}),
        sa.Column("port_id", sa.Integer()),
    )
    online.create_check_constraint(op.f("ck_ships_state"), "ships", "state IN ('a', 'b')")
    online.create_foreign_key(
        op.f("fk_ships_port_id"), "ships", "ports", ["port_id"], ["id"], ondelete="CASCADE"
    )
    online.create_index(op.f("ix_ships_port_id"), "ships", ["port_id"])
    online.create_unique_constraint(op.f("uq_ships_code"), "ships", ["code"])


def downgrade():
    with op.batch_alter_table("ships") as batch:
        batch.drop_constraint(op.f("fk_ships_port_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_ships_port_id"))
        batch.drop_constraint(op.f("ck_ships_state"), type_="check")
        for column in ("state", "code", "port_id"):
            batch.drop_column(column)
"""
PRINTED = """
ALTER TABLE ships ADD COLUMN IF NOT EXISTS state VARCHAR(9) DEFAULT 'a' NOT NULL;
ALTER TABLE ships ADD COLUMN IF NOT EXISTS code VARCHAR(9);
ALTER TABLE ships ADD COLUMN IF NOT EXISTS port_id INTEGER;
ALTER TABLE ships ADD CONSTRAINT ck_ships_state CHECK (state IN ('a', 'b')) NOT VALID;
COMMIT;
BEGIN;
ALTER TABLE ships VALIDATE CONSTRAINT ck_ships_state;
ALTER TABLE ships ADD CONSTRAINT fk_ships_port_id FOREIGN KEY(port_id) REFERENCES ports (id) \
ON DELETE CASCADE NOT VALID;
COMMIT;
BEGIN;
ALTER TABLE ships VALIDATE CONSTRAINT fk_ships_port_id;
COMMIT;
DROP INDEX CONCURRENTLY IF EXISTS ix_ships_port_id;
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_ships_port_id ON ships (port_id);
BEGIN;
COMMIT;
DROP INDEX CONCURRENTLY IF EXISTS uq_ships_code;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS uq_ships_code ON ships (code);
BEGIN;
ALTER TABLE ships ADD CONSTRAINT uq_ships_code UNIQUE USING INDEX uq_ships_code;
"""
NOT_DONE = """
SELECT (SELECT count(*) FROM pg_constraint WHERE NOT convalidated)
    + (SELECT count(*) FROM pg_index WHERE NOT indisvalid)
"""


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database with two tables of one row each, at the revision before the online one."""
    evolving = Evolving(place("online"), tmp_path / "project")
    evolving.become(MODELS)
    evolving.revise()
    evolving.database.migrate()
    with evolving.database.engine.begin() as connection:
        for table in ("ports", "ships"):
            connection.execute(text(f"INSERT INTO {table} (id) VALUES (1)"))
    write(evolving)
    yield evolving
    evolving.database.dispose()


def write(evolving: Evolving, default: str | None = None) -> None:
    """Write the online revision, with a default of the unique column."""
    (evolving.versions / "0002_online.py").write_text(REVISION.format(default=default))


def columns(database: Database) -> set[str]:
    """Return the columns of the ships."""
    with database.engine.connect() as connection:
        return {column["name"] for column in inspect(connection).get_columns("ships")}


@EVERY_ENGINE
def test_the_models_match(evolving: Evolving) -> None:
    """Up, down and up again, on tables with rows."""
    evolving.become(MODELS + COLUMNS)
    evolving.there_and_back()
    assert evolving.differences() == ""


def test_the_sql(evolving: Evolving) -> None:
    """No statement that reads the rows is in a transaction with one that locks the table."""
    config = evolving.database.migrations.config()
    config.output_buffer = printed = io.StringIO()
    command.upgrade(config, "0001:0002", sql=True)
    lines = [line for line in printed.getvalue().splitlines() if line and "--" not in line]
    assert lines[1:-2] == PRINTED.split("\n")[1:-1]


def test_an_interrupted_upgrade_is_repeated(evolving: Evolving) -> None:
    """A second row with the same default is in the way of the unique index, which stays invalid."""
    database = evolving.database
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (id) VALUES (2)"))
    write(evolving, default="same")
    with pytest.raises(IntegrityError):
        database.migrate()
    assert database.migrations.applied() == ["0001"]
    with database.engine.begin() as connection:
        assert connection.scalar(text(NOT_DONE)) == 1
        connection.execute(text("UPDATE ships SET code = NULL WHERE id = 2"))
    database.migrate()
    assert database.migrations.applied() == ["0002"]
    with database.engine.connect() as connection:
        assert connection.scalar(text(NOT_DONE)) == 0


def test_a_later_revision_fails(evolving: Evolving) -> None:
    """The database is at the revision whose columns are committed."""
    failing = REVISION.replace('= "0002"', '= "0003"').replace('= "0001"', '= "0002"')
    failing = failing.replace("def upgrade():", "def upgrade():\n    op.drop_table('none')")
    (evolving.versions / "0003_failing.py").write_text(failing.format(default=None))
    with pytest.raises(ProgrammingError):
        evolving.database.migrate()
    assert evolving.database.migrations.applied() == ["0002"]


def test_in_a_transaction_of_the_caller(evolving: Evolving) -> None:
    """It is not left, and takes all of the upgrade back."""
    database = evolving.database
    with database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        database.migrations.upgrade(connection=connection)
        assert connection.scalar(text("SELECT state FROM ships")) == "a"
        assert connection.scalar(text(NOT_DONE)) == 0
        connection.rollback()
    assert columns(database) == {"id"}


def test_another_process_waits_inside_the_database(evolving: Evolving) -> None:
    """Building an index does not wait for it, which waits for the end of the migration."""
    # Without a right to the maintenance database the lock is in the database itself.
    assert not evolving.database.target.creatable
    waiting = threading.Thread(target=evolving.database.migrate)
    with evolving.database.migrations.lock():
        waiting.start()
        waiting.join(0.5)
        with evolving.database.engine.connect() as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommit.execute(text("SET statement_timeout = '20s'"))
            autocommit.execute(text("CREATE INDEX CONCURRENTLY other ON ships (id)"))
    waiting.join(30)
    assert columns(evolving.database) == {"id", "state", "code", "port_id"}
