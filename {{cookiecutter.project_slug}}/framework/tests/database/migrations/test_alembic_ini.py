"""The options of alembic.ini: for the command, in-process migrations and the tests alike."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect

from qapla.database.database import Database
from qapla.database.migrations.configuration import make_config
from qapla.database.places.target import Target
from qapla.testing.provisioning.provision import digest_of

from qapla_sample.paths import SAMPLE, SOURCE

MORE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.create_table("more", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("more")
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


def test_an_unknown_section(tmp_path: Path) -> None:
    """`alembic -n` with a name that has no section lists those that there are."""
    shutil.copy(SAMPLE / "alembic.ini", tmp_path)
    location = 'script_location = "qapla.database.migrations.sections:"'
    (tmp_path / "pyproject.toml").write_text(f"[tool.alembic]\n{location}\n")
    for command in ("current", "heads"):
        run = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "alembic", "-n", "nope", command],
            cwd=tmp_path,
            env={"PYTHONPATH": str(SOURCE)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode != 0
        assert run.stdout == (
            "FAILED: alembic.ini has no section [nope] with a script_location; "
            "known: alembic, main, analytics\n"
        )


def test_the_place_of_the_migrations_is_the_application_s(ini: Path, database: Database) -> None:
    """The `paths` of the settings win over the file, as for everything in-process."""
    moved = Path(shutil.copytree(database.target.migrations, ini.parent / "moved"))
    config = database.at(replace(database.target, migrations=moved)).migrations.config()
    assert config.get_main_option("script_location") == str(moved)
