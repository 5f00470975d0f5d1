"""The migrations: by the `alembic` command, and in the process of an application."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect

from qapla.database.database import Database
from qapla.database.places.target import Target

from qapla_sample.paths import SOURCE
from support.modules import RunModule

Alembic = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def alembic(run_module: RunModule, copy: Path) -> Alembic:
    """Return a function that runs the `alembic` command in the copy of the sample."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        path = {"PYTHONPATH": os.pathsep.join([str(copy), str(SOURCE)])}
        return run_module("alembic", *arguments, directory=copy, environment={**os.environ, **path})

    return run


def change_models(copy: Path) -> None:
    """Change the type and the default of a column, and add a model in a package of its own."""
    ship = copy / "qapla_sample" / "databases" / "main" / "ship.py"
    changed = ship.read_text().replace("String(200)", "String(300), server_default='unnamed'")
    ship.write_text(changed)
    package = ship.parent / "crew"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "officer.py").write_text(
        "from sqlalchemy.orm import Mapped, mapped_column\n"
        "from qapla_sample.databases.main import Model\n"
        "class Officer(Model):\n"
        "    __tablename__ = 'officers'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    )


def columns(database: Database) -> dict[str, str]:
    """Return the types of the columns of the ships."""
    found = inspect(database.engine).get_columns("ships")
    database.dispose()
    return {column["name"]: str(column["type"]) for column in found}


def failed(result: "subprocess.CompletedProcess[str]") -> str:
    """Return the one line that a command ends with."""
    assert result.returncode != 0
    assert result.stderr == ""
    line, end = result.stdout.split("\n")
    assert end == ""
    return line


def test_upgrade_makes_a_missing_development_database(alembic: Alembic, database: Database) -> None:
    """`alembic upgrade head` is all it takes; then the models match."""
    assert not database.exists()
    assert alembic("upgrade", "head").returncode == 0
    number = "INTEGER" if database.url.get_backend_name() == "sqlite" else "BIGINT"
    assert columns(database) == {"id": number, "name": "VARCHAR(200)"}
    assert "No new upgrade operations detected" in alembic("check").stdout


def test_each_database_has_a_section_of_its_name(alembic: Alembic, sqlite: Path) -> None:
    """`-n NAME` names the database; without it the first one is meant."""
    assert alembic("-n", "analytics", "upgrade", "head").returncode == 0
    assert [path.name for path in sqlite.glob("*.db")] == ["analytics.db"]
    assert "0001 (head)" in alembic("-n", "analytics", "current").stdout


def test_offline_prints_sql_and_starts_nothing(
    alembic: Alembic, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--sql` needs no server, not even the embedded one, and doubles no percent sign."""
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__VAR", str(tmp_path / "var"))
    revision = copy / "migrations" / "main" / "versions" / "0001_ships.py"
    statement = "\n    op.execute(\"INSERT INTO ships VALUES (1, '100%')\")\n\n\ndef downgrade"
    revision.write_text(revision.read_text().replace("\n\n\ndef downgrade", statement))
    printed = alembic("upgrade", "head", "--sql").stdout
    assert "CREATE TABLE ships" in printed
    assert "id BIGSERIAL NOT NULL" in printed
    assert "INSERT INTO ships VALUES (1, '100%');" in printed
    assert not (tmp_path / "var").exists()


def test_autogenerate_finds_every_change(alembic: Alembic, database: Database, copy: Path) -> None:
    """Types, server defaults and models that nobody imported; on SQLite as a batch."""
    assert alembic("upgrade", "head").returncode == 0
    change_models(copy)
    assert alembic("check").returncode != 0
    assert alembic("revision", "--autogenerate", "--rev-id", "0002").returncode == 0
    [written] = (copy / "migrations" / "main" / "versions").glob("0002*.py")
    source = written.read_text()
    assert "type_=sa.String(length=300)" in source
    assert "server_default=sa.text(\"'unnamed'\")" in source or "server_default='unnamed'" in source
    assert "op.create_table('officers'" in source
    assert ("batch_alter_table" in source) is (database.url.get_backend_name() == "sqlite")
    assert alembic("upgrade", "head").returncode == 0
    assert columns(database)["name"] == "VARCHAR(300)"


def test_an_empty_revision_is_not_written(alembic: Alembic, copy: Path, sqlite: Path) -> None:
    """Autogenerate that finds nothing to do writes nothing; a revision by hand is written."""
    versions = copy / "migrations" / "main" / "versions"
    alembic("upgrade", "head")
    assert alembic("revision", "--autogenerate", "-m", "nothing").returncode == 0
    assert [path.name for path in versions.glob("*.py")] == ["0001_ships.py"]
    assert alembic("revision", "-m", "by hand").returncode == 0
    assert len(list(versions.glob("*_by_hand.py"))) == 1


def test_production_makes_no_database(
    alembic: Alembic, monkeypatch: pytest.MonkeyPatch, sample_var: Path
) -> None:
    """In production a missing database is an error of one line, with a command that works there."""
    target = Target(URL.create("postgresql+psycopg"), Path(), embedded=sample_var / "postgres")
    host = Database("main").at(target).url.query["host"]
    for name in ("main", "analytics"):
        url = f"postgresql://postgres@/qapla_production_{name}?host={host}"
        monkeypatch.setenv(f"QAPLA_SAMPLE_DATABASES__{name.upper()}__URL", url)
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "production")
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "amqp://host")
    assert failed(alembic("upgrade", "head")) == (
        "FAILED: database 'main' (qapla_production_main) does not exist: create it on its server, "
        "and then type `uv run --no-dev qapla db upgrade --database main`"
    )


def test_a_wrong_setting_is_one_line(alembic: Alembic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command shows an error of the settings without a traceback."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "staging")
    assert failed(alembic("upgrade", "head")) == (
        "FAILED: the variable QAPLA_SAMPLE_ENVIRONMENT is wrong: "
        "Input should be 'development' or 'production'"
    )


def test_a_server_that_is_not_there_is_one_line(
    alembic: Alembic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command names the database and the reason, and not the password."""
    url = "postgresql://worf:gowron@127.0.0.1:1/x"
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    line = failed(alembic("upgrade", "head"))
    assert line.startswith("FAILED: database 'main' cannot be reached: connection failed: ")
    assert "gowron" not in line


def test_an_unknown_database_in_an_environment_is_one_line(
    alembic: Alembic, copy: Path, sqlite: Path
) -> None:
    """An `env.py` for a database that the application does not have lists those it has."""
    env = copy / "migrations" / "main" / "env.py"
    env.write_text(env.read_text().replace('"main")', '"mian")'))
    assert failed(alembic("upgrade", "head")) == (
        "FAILED: there is no database 'mian'; known: main, analytics"
    )
