"""`qapla db upgrade` and `downgrade`: every database, in the order of the project."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.database import Database

from support.stamping import add_unmanaged

Run = Callable[..., subprocess.CompletedProcess[str]]
EVERY_ENGINE = pytest.mark.parametrize(
    "main_database", ["postgresql", "sqlite", "mariadb"], indirect=True
)
UPGRADED = "main       1 revision, at 0001\nanalytics  1 revision, at 0001\n"


@EVERY_ENGINE
def test_an_upgrade_and_back(db: Run) -> None:
    """Each revision is a line of its own, and a table has the results."""
    done = db("upgrade", directory="src/qapla_sample")
    assert (done.returncode, done.stdout) == (0, UPGRADED)
    assert done.stderr.splitlines()[0].startswith("main: upgrade 0001 ")
    again = db("upgrade", "--database", "main")
    assert again.stdout == "main  nothing to do, at 0001\n"
    back = db("downgrade", "-1", "--database", "main")
    assert (back.returncode, back.stdout) == (0, "main  1 revision, at base\n")


def test_the_first_failure_stops_an_upgrade(db: Run, fleet_root: Path) -> None:
    """The table shows the other databases as not run."""
    revision = fleet_root / "migrations/main/versions/0001_ships.py"
    broken = revision.read_text().replace(
        "    op.create_table(", '    op.execute("nonsense")\n    op.create_table(', 1
    )
    revision.write_text(broken)
    done = db("upgrade")
    assert (done.returncode, done.stdout) == (
        1,
        'main       failed: near "nonsense": syntax error\nanalytics  not run\n',
    )


def test_an_unknown_database(db: Run) -> None:
    """One line lists the known ones."""
    done = db("upgrade", "--database", "mian")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: there is no database 'mian'; known: main, analytics\n",
    )


@pytest.mark.parametrize(("verb", "target"), [("downgrade", "base"), ("upgrade", "0001")])
def test_a_revision_is_for_one_database(db: Run, verb: str, target: str) -> None:
    """Several databases have several histories."""
    done = db(verb, target)
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: {target!r} is for one database, and there are main, analytics: "
        "add --database main\n",
    )


def test_an_unknown_revision(db: Run) -> None:
    """Alembic's own line is in the table."""
    done = db("upgrade", "nope", "--database", "main")
    assert (done.returncode, done.stdout) == (
        1,
        "main  failed: Can't locate revision identified by 'nope'\n",
    )


def test_sql_connects_to_nothing(db: Run, fleet_root: Path) -> None:
    """The scripts of the databases follow each other."""
    done = db("upgrade", "--sql")
    assert done.returncode == 0
    assert done.stdout.startswith("-- database main\n")
    assert "CREATE TABLE ships" in done.stdout.partition("-- database analytics\n")[0]
    assert not list(fleet_root.glob("*.db"))


def test_a_database_of_others_is_only_named(db: Run, fleet_root: Path) -> None:
    """It is an error to name it for an upgrade."""
    add_unmanaged(fleet_root)
    url = f"sqlite:///{fleet_root}/legacy.db"
    done = db("upgrade", QAPLA_SAMPLE_DATABASES__LEGACY__URL=url)
    assert (done.returncode, done.stdout) == (0, f"{UPGRADED}legacy     not managed\n")
    named = db("upgrade", "--database", "legacy", QAPLA_SAMPLE_DATABASES__LEGACY__URL=url)
    assert named.returncode == 1
    assert named.stderr.startswith("Error: database 'legacy' is not managed by this project")


@EVERY_ENGINE
def test_an_upgrade_waits_for_another_process(
    db: Run, main_database: Database, fleet_root: Path, variables: dict[str, str]
) -> None:
    """With `--isolated` it ends with 0 instead, and does nothing."""
    command = [sys.executable, "-W", "ignore", "-m", "qapla.cli", "db", "upgrade"]
    with main_database.migrations.lock():
        isolated = db("upgrade", "--isolated", "--database", "main")
        waiting = subprocess.Popen(
            command, cwd=fleet_root, env=variables, stderr=subprocess.PIPE, text=True
        )
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
    with waiting:
        waiting.stderr.read()
    assert "database 'main': waiting, as another process migrates it" in line
    assert waiting.returncode == 0
    assert (isolated.returncode, isolated.stdout) == (
        0,
        "main  another process migrates it: nothing is done\n",
    )
