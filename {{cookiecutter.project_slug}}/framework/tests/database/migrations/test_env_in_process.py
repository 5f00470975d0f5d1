"""Migrations that a program runs itself, without the command line of Alembic."""

import logging
import shutil
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect, text

from qapla.database.database import Database
from qapla.database.migrations.env import import_models
from qapla.database.places.target import Target

from qapla_sample import main as sample_main
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main import Model
from qapla_sample.paths import SAMPLE


def test_in_process_the_prepared_application_is_used(sqlite: Path) -> None:
    """A migration within an application prepares no other one, and leaves its engine."""
    application = SampleApplication().run_command()
    database, before = application.dbs["main"], sample_main.purpose
    engine = database.engine
    database.migrate()
    tables = {"alembic_version", "inbox_messages", "outbox_messages", "ships"}
    assert set(inspect(engine).get_table_names()) == tables
    database.downgrade("base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert database.engine is engine
    assert sample_main.purpose == before
    database.dispose()


def test_in_process_the_loggers_stay_alive(sqlite: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A migration disables no logger of the application, and keeps its handlers."""
    logger = logging.getLogger("probe.loggers")
    handlers = list(logging.getLogger().handlers)
    database = SampleApplication().run_command().dbs["main"]
    database.migrate()
    logger.warning("alive")
    assert "alive" in caplog.messages
    assert logging.getLogger().handlers == handlers
    database.dispose()


def test_in_process_on_a_given_connection(database: Database) -> None:
    """The caller's transaction holds the migration: a rollback takes it back."""
    database.create()
    with database.engine.connect() as connection:
        transaction = connection.begin()
        database.migrate(connection=connection)
        assert connection.scalar(text("SELECT count(*) FROM ships")) == 0
        assert transaction.is_active
        transaction.rollback()
        assert inspect(connection).get_table_names() == []
    database.dispose()


def test_in_process_the_applied_revisions_are_read(database: Database) -> None:
    """A database is not made for that, and neither is the table of its revisions."""
    assert database.migrations.applied() == []
    assert not database.exists()
    database.create()
    assert database.migrations.applied() == []
    assert inspect(database.engine).get_table_names() == []
    database.migrate()
    assert database.migrations.applied() == database.migrations.heads()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'unknown'"))
    assert database.migrations.applied() == ["unknown"]
    database.dispose()


def test_in_process_a_missing_database_is_made_only_where_it_may_be(tmp_path: Path) -> None:
    """A database that an application has for production is left to be made by hand."""
    url = URL.create("sqlite", database=str(tmp_path / "a" / "main.db"))
    migrations = SAMPLE / "migrations" / "main"
    with pytest.raises(Exception, match="does not exist: create it"):
        Database("main").at(Target(url=url, migrations=migrations)).migrate()
    assert not (tmp_path / "a").exists()
    made = Database("main").at(Target(url=url, migrations=migrations, creatable=True))
    made.migrate()
    made.dispose()


def test_a_path_with_a_percent_sign(sqlite: Path, tmp_path: Path) -> None:
    """Alembic's configuration takes any directory."""
    migrations = Path(shutil.copytree(SAMPLE / "migrations" / "main", tmp_path / "100%(x)s"))
    url = URL.create("sqlite", database=str(sqlite / "main.db"))
    database = Database("main").at(Target(url=url, migrations=migrations))
    database.migrate()
    assert "ships" in inspect(database.engine).get_table_names()
    database.dispose()


BATCH = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.execute("CREATE TABLE crew (ship INTEGER REFERENCES ships ON DELETE CASCADE)")
    op.execute("INSERT INTO ships VALUES (1, 'Rotarran')")
    op.execute("INSERT INTO crew VALUES (1)")
    with op.batch_alter_table("ships") as batch:
        batch.alter_column("name", type_=sa.String(300))
"""


def test_a_batch_on_sqlite_deletes_no_rows_of_others(copy: Path, sqlite: Path) -> None:
    """A table is copied and dropped without its foreign keys being followed."""
    (copy / "migrations" / "main" / "versions" / "0002.py").write_text(BATCH)
    url = URL.create("sqlite", database=str(sqlite / "main.db"))
    database = Database("main").at(Target(url=url, migrations=copy / "migrations" / "main"))
    database.migrate()
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM crew")) == 1
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    database.dispose()


def test_models_of_a_base_in_a_plain_module_are_found_beside_it() -> None:
    """Importing the models twice changes nothing, wherever the base stands."""
    import_models(Model)
    tables = set(Model.metadata.tables)
    import_models(Model)
    assert "ships" in tables
    assert set(Model.metadata.tables) == tables
