"""`qapla db seed`, `console` and `lint`."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla_sample.paths import SAMPLE

Run = Callable[..., subprocess.CompletedProcess[str]]
EVERY_ENGINE = pytest.mark.parametrize(
    "main_database", ["postgresql", "sqlite", "mariadb"], indirect=True
)
ON_POSTGRESQL = pytest.mark.parametrize("main_database", ["postgresql"], indirect=True)
SEED = """
from qapla_sample.databases.main.ship import ShipWriteDriver

def seed(session):
    ShipWriteDriver(session).create(name="Rotarran")
"""
COUNT = "SELECT count(*) FROM ships"


def write_seed(root: Path, source: str = SEED) -> None:
    """Write the seed of the database `main`."""
    (root / "src/qapla_sample/databases/main/seed.py").write_text(source)


@EVERY_ENGINE
def test_a_seed(db: Run, fleet_root: Path) -> None:
    """The function fills the database; the console shows the row, with arguments of its program."""
    write_seed(fleet_root)
    db("upgrade")
    assert db("seed").stdout == "main  seeded\n"
    engine = db("status", "--database", "main").stdout.split("\n")[1].split()[1]
    options = {"PostgreSQL": ["-Atc", COUNT], "MariaDB": ["-Ne", COUNT], "SQLite": [COUNT]}[engine]
    shown = db("console", "main", *options)
    assert (shown.returncode, shown.stdout) == (0, "1\n")


def test_a_seed_that_fails(db: Run, fleet_root: Path) -> None:
    """Nothing of it stays."""
    write_seed(fleet_root, f"{SEED}    ShipWriteDriver(session).create(name=None)\n")
    db("upgrade")
    done = db("seed")
    assert (done.returncode, done.stdout.partition(":")[0]) == (1, "main  failed")
    assert db("console", "main", COUNT).stdout == "0\n"


def test_no_seed(db: Run) -> None:
    """One line says how to write it."""
    done = db("seed")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: no database has a seed: write `def seed(session: Session) -> None:` in the module "
        "qapla_sample.databases.main.seed\n",
    )


def test_no_seed_of_a_database(db: Run, fleet_root: Path) -> None:
    """Another one may have a seed."""
    write_seed(fleet_root)
    assert db("seed", "--database", "analytics").stderr == (
        "Error: database 'analytics' has no seed: write `def seed(session: Session) -> None:` in "
        "the module qapla_sample.databases.analytics.seed\n"
    )


def test_a_client_that_is_missing(db: Run) -> None:
    """One line names it."""
    db("create")
    done = db("console", "main", PATH="/nowhere")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: database 'main' needs the program sqlite3, which is not installed: "
        "install it, and try again\n",
    )


@pytest.mark.parametrize(
    ("scheme", "program", "variable", "arguments"),
    [
        (
            "postgresql+psycopg",
            "psql",
            "PGPASSWORD",
            "user=me dbname=fleet host=db port=5432 sslmode=require",
        ),
        ("mysql+pymysql", "mariadb", "MYSQL_PWD", "--host=db --port=5432 --user=me fleet"),
    ],
)
def test_a_password_is_in_the_environment(
    db: Run, tmp_path: Path, scheme: str, program: str, variable: str, arguments: str
) -> None:
    """No other user of the machine sees it among the arguments."""
    client = tmp_path / program
    client.write_text(f'#!/bin/sh\necho "$*"\necho "${variable}"\n')
    client.chmod(0o755)
    query = "?sslmode=require" if program == "psql" else ""
    url = f"{scheme}://me:s%40cret@db:5432/fleet{query}"
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    done = db("console", "main", QAPLA_SAMPLE_DATABASES__MAIN__URL=url, PATH=path)
    shown, password = done.stdout.splitlines()
    assert (sorted(shown.split()), password) == (sorted(arguments.split()), "s@cret")


@ON_POSTGRESQL
def test_lint_names_a_dangerous_lock(db: Run, fleet_root: Path) -> None:
    """A comment in the revision excepts it; the tables of the project itself need none."""
    configuration = SAMPLE.parents[2] / ".squawk.toml"
    (fleet_root / ".squawk.toml").write_text(configuration.read_text())
    assert db("lint").returncode == 0
    options = ("--empty", "--database", "main", "--rev-id", "0002")
    db("upgrade")
    db("revision", "-m", "Index", *options)
    revision = fleet_root / "migrations/main/versions/0002_index.py"
    index = '    op.create_index("ix_ships_name", "ships", ["name"])\n'
    source = revision.read_text().replace("    pass\n", index, 1)
    revision.write_text(source)
    done = db("lint")
    assert done.returncode == 1
    assert "main/0002_index.sql" in done.stdout
    assert "require-concurrent-index-creation" in done.stdout
    # Colours and links are for a terminal.
    assert "\x1b" not in done.stdout
    comment = "# squawk-ignore-file require-concurrent-index-creation\n"
    revision.write_text(f"{source}{comment}")
    assert db("lint").returncode == 0


@ON_POSTGRESQL
def test_lint_since_a_commit(db: Run, fleet_root: Path) -> None:
    """Revisions that the commit has are left out."""
    for command in ("init -q", "add -A", "-c user.name=me -c user.email=me@here commit -qm all"):
        subprocess.run(["git", *command.split()], cwd=fleet_root, check=True)
    assert db("lint", "--since", "HEAD").stdout == "no revision to check\n"
    done = db("lint", "--since", "nowhere")
    assert done.stderr.startswith("Error: Git has no files of 'nowhere': fatal: ")


def test_lint_is_for_postgresql(db: Run) -> None:
    """Squawk knows no other engine."""
    assert db("lint").stdout == "no revision to check\n"
