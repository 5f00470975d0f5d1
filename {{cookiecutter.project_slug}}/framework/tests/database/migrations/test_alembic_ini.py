"""The options of alembic.ini: for the command, in-process migrations and the tests alike."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, create_engine, inspect

from qapla.database.database import Database
from qapla.database.migrations.configuration import make_config
from qapla.database.places.target import Target
from qapla.exceptions import NotManaged
from qapla.testing.provisioning.digest import digest_of

from qapla_sample.paths import SAMPLE, SOURCE
from support.modules import RunModule

MORE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.create_table("more", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("more")
"""
# A project whose application logs to the console, as a generated one does.
PYPROJECT = """
[project.entry-points."paste.app_factory"]
main = "probe:main"

[tool.alembic]
script_location = "qapla.database.migrations.sections:"
"""
PROBE = """
import sys
from types import ModuleType
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"level": "INFO", "handlers": ["console"]},
}

class Probe(DatabaseApplication):
    settings_package = "probe_settings"

    def append_app_plugins(self):
        self.add_database_app([Database("main"), Database("legacy", managed=False)])

main = Probe()
for name in ("probe_settings", "probe_settings.default"):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].SETTINGS = {"logging": LOGGING}
"""
ENV = """
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.env import AlembicEnv
from qapla_sample.databases.main import Model

class Application(DatabaseApplication):
    __module__ = "qapla_sample.application.app"

    def append_app_plugins(self):
        self.add_database_app([Database("main", managed=False)])

AlembicEnv(Application().run_command(), Model, "main").run()
"""


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """Return the alembic.ini of a copy of the sample's migrations, with one more directory."""
    shutil.copytree(SAMPLE / "migrations", tmp_path / "migrations")
    more = tmp_path / "more"
    more.mkdir()
    (more / "0002.py").write_text(MORE)
    path = tmp_path / "alembic.ini"
    location = "version_locations = %(here)s/migrations/main/versions:%(here)s/more\ncolour = red\n"
    text = (SAMPLE / "alembic.ini").read_text()
    path.write_text(text.replace("\n[analytics]", f"{location}\n[analytics]"))
    return path


@pytest.fixture
def database(ini: Path, tmp_path: Path) -> Iterator[Database]:
    """Return a database in a file, whose options are in that alembic.ini."""
    url = URL.create("sqlite", database=str(tmp_path / "ini_test.db"))
    target = Target(url, tmp_path / "migrations" / "main", alembic_ini=ini)
    database = Database("main").at(target)
    database.create()
    yield database
    database.dispose()


def test_options_hold_in_process(database: Database) -> None:
    """Revisions of every directory are found, and options of one's own can be read."""
    database.migrate()
    assert "more" in inspect(database.engine).get_table_names()
    config = database.migrations.config()
    assert config.get_main_option("colour") == "red"
    assert config.get_main_option("path_separator") == "os"


def test_options_count_for_the_hash_of_templates(database: Database, ini: Path) -> None:
    """A revision of another directory, or an option, makes the test databases anew."""
    seen = {digest_of(database)}
    revision = ini.parent / "more" / "0002.py"
    revision.write_text(MORE.replace('"more"', '"moreover"'))
    seen.add(digest_of(database))
    ini.write_text(ini.read_text().replace("colour = red", "colour = green"))
    seen.add(digest_of(database))
    assert len(seen) == 3
    assert digest_of(database) in seen


def test_the_section_of_the_first_database(tmp_path: Path) -> None:
    """`[alembic]` serves a database that has no section, if it has the same migrations."""
    ini = tmp_path / "alembic.ini"
    ini.write_text("[alembic]\nscript_location = %(here)s/100%%\ncolour = red\n")
    first = make_config("main", tmp_path / "100%", ini)
    assert first.get_main_option("colour") == "red"
    assert first.get_main_option("script_location") == str(tmp_path / "100%")
    second = make_config("other", tmp_path / "other", ini)
    assert second.get_main_option("colour") is None
    assert second.get_main_option("script_location") == str(tmp_path / "other")


def test_the_separator_of_ones_own(database: Database, ini: Path) -> None:
    """An older name of the option is kept as it is."""
    ini.write_text(ini.read_text().replace("path_separator", "version_path_separator"))
    with pytest.warns(DeprecationWarning, match="version_path_separator"):
        assert len(database.migrations.config().get_version_locations_list() or ()) == 2


@pytest.fixture
def alembic(run_module: RunModule, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs a failing `alembic` command in a project, and gives its line."""
    shutil.copy(SAMPLE / "alembic.ini", tmp_path)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "probe.py").write_text(PROBE)

    def run(*arguments: str, **environment: str) -> str:
        path = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(SOURCE)])}
        done = run_module(
            "alembic", *arguments, directory=tmp_path, environment={**path, **environment}
        )
        assert done.returncode != 0
        assert done.stderr == ""
        return done.stdout

    return run


@pytest.mark.parametrize("command", ["current", "heads"])
def test_an_unknown_section(alembic: Callable[..., str], command: str) -> None:
    """`alembic -n` with a name that has no section lists those that there are."""
    assert alembic("-n", "nope", command) == (
        "FAILED: alembic.ini has no section [nope] with a script_location; "
        "known: alembic, main, analytics\n"
    )


@pytest.mark.parametrize(
    "command", ["current", "heads", "check", "upgrade head", "revision --autogenerate -m x"]
)
def test_a_database_that_is_not_managed(alembic: Callable[..., str], command: str) -> None:
    """It has no section, and the line says why."""
    assert alembic("-n", "legacy", *command.split()) == (
        "FAILED: database 'legacy' is not managed by this project, and is not created, dropped or "
        "migrated here: change it with the tools of its owners, and then its models\n"
    )


def test_an_application_that_cannot_be_prepared(
    alembic: Callable[..., str], tmp_path: Path
) -> None:
    """Its error is the line, as for the sections that there are; one that is missing is passed over."""
    assert alembic("-n", "legacy", "current", PROBE_ENVIRONMENT="staging") == (
        "FAILED: the variable PROBE_ENVIRONMENT is wrong: "
        "Input should be 'development' or 'production'\n"
    )
    (tmp_path / "probe.py").unlink()
    assert alembic("-n", "legacy", "current").startswith("FAILED: alembic.ini has no section [leg")


@pytest.mark.parametrize("database", [True, False])
def test_an_environment_of_a_database_that_is_not_managed(tmp_path: Path, database: bool) -> None:
    """Autogenerate would write a revision for the tables of others."""
    (tmp_path / "env.py").write_text(ENV)
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    if not database:
        engine = create_engine("sqlite://")
        config.attributes["connection"] = engine
        engine.dispose()
    with pytest.raises((CommandError, NotManaged), match="'main' is not managed by this project"):
        command.current(config)


def test_the_place_of_the_migrations_is_the_application_s(ini: Path, database: Database) -> None:
    """The `paths` of the settings win over the file, as for everything in-process."""
    moved = Path(shutil.copytree(database.migrations.directory, ini.parent / "moved"))
    config = database.at(replace(database.target, migrations=moved)).migrations.config()
    assert config.get_main_option("script_location") == str(moved)
