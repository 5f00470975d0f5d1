"""`qapla db status`, `create`, `check`, `heads`, `revision` and `recreate`."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from qapla.database.database import Database

from support.stamping import add_unmanaged

Run = Callable[..., subprocess.CompletedProcess[str]]
EVERY_ENGINE = pytest.mark.parametrize(
    "main_database", ["postgresql", "sqlite", "mariadb"], indirect=True
)


@EVERY_ENGINE
def test_the_status(db: Run) -> None:
    """It creates nothing, and counts the revisions that are not applied."""
    assert [line.split()[-4:] for line in db("status").stdout.splitlines()] == [
        ["exists", "revision", "head", "behind"],
        ["no", "none", "0001", "1"],
        ["no", "none", "0001", "1"],
    ]
    db("upgrade", "--database", "main")
    assert db("status", "--database", "main").stdout.split()[-4:] == ["yes", "0001", "0001", "0"]


@EVERY_ENGINE
def test_a_revision_that_is_not_in_the_code(db: Run, main_database: Database) -> None:
    """As of another branch: no number is made up, and each command says both ways out."""
    db("upgrade")
    with main_database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    main_database.dispose()
    shown = db("status", "--database", "main").stdout
    assert shown.split()[-7:] == ["yes", "0009", "0001", "0009", "is", "unknown", "here"]
    line = (
        "main  it is at 0009, which is no revision of this code: downgrade it with the code "
        "that has the revision, or type `uv run qapla db recreate --database main`, which empties it\n"
    )
    for command in (["check"], ["upgrade"], ["downgrade", "-1"]):
        done = db(*command, "--database", "main")
        assert (done.returncode, done.stdout) == (1, line), command
    assert db("recreate", "--yes", "--database", "main").returncode == 0


def test_a_server_out_of_reach(db: Run) -> None:
    """The exit code is 1, the password is hidden, and the other databases are shown."""
    url = "postgresql+psycopg://me:secret@127.0.0.1:1/main"
    done = db("status", QAPLA_SAMPLE_DATABASES__MAIN__URL=url)
    assert done.returncode == 1
    assert "secret" not in done.stdout + done.stderr
    shown = ["main", "PostgreSQL", "postgresql+psycopg://me:***@127.0.0.1:1/main", "unreachable"]
    assert done.stdout.splitlines()[1].split() == shown
    assert done.stderr.startswith("main: ")
    assert done.stdout.splitlines()[2].startswith("analytics")


def test_an_unmanaged_database_without_a_url(db: Run, fleet_root: Path) -> None:
    """The variable to set stands in place of its URL, and no embedded server does."""
    add_unmanaged(fleet_root)
    done = db("status", "--database", "legacy")
    assert (done.returncode, done.stderr) == (0, "")
    row = done.stdout.splitlines()[1].split(maxsplit=2)
    assert row == [
        "legacy",
        "unknown",
        "no URL: set QAPLA_SAMPLE_DATABASES__LEGACY__URL  unknown  not managed",
    ]


@EVERY_ENGINE
def test_creation(db: Run, main_database: Database) -> None:
    """Only the missing databases are created."""
    assert db("create").stdout == "main       created\nanalytics  created\n"
    assert main_database.exists()
    assert db("create").stdout == "main       exists\nanalytics  exists\n"


@EVERY_ENGINE
def test_recreation(db: Run, main_database: Database) -> None:
    """The rows are gone, and the tables are there."""
    db("upgrade")
    with main_database.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (name) VALUES ('Rotarran')"))
    main_database.dispose()
    done = db("recreate", "--yes", "--database", "main")
    assert (done.returncode, done.stdout) == (0, "main  recreated: 1 revision, at 0001\n")
    with main_database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ships")) == 0


def test_recreation_asks(db: Run, fleet_root: Path) -> None:
    """Without an answer nothing is dropped."""
    db("create")
    done = db("recreate")
    assert done.returncode == 1
    assert done.stderr.startswith("Drop main, analytics with all rows? [y/N]: ")
    assert (fleet_root / "main.db").exists()


def test_production_drops_nothing(db: Run) -> None:
    """One line refuses it."""
    production = {
        "QAPLA_SAMPLE_ENVIRONMENT": "production",
        "QAPLA_SAMPLE_CELERY__BROKER_URL": "filesystem://localhost",
    }
    done = db("recreate", "--yes", **production)
    assert (done.returncode, done.stderr) == (
        1,
        "Error: no database is dropped where the setting environment is 'production': "
        "recreate is for development\n",
    )


def test_a_changed_model(db: Run, fleet_root: Path) -> None:
    """`check` shows the difference; `revision` writes it, and nothing for the other database."""
    assert db("check").stdout.startswith("main       behind by 1: type `uv run qapla db upgrade")
    db("upgrade")
    assert db("check").returncode == 0
    change(fleet_root)
    done = db("check")
    assert done.returncode == 1
    assert "op.add_column('ships', sa.Column('crew', sa.Integer(), nullable=True))" in done.stdout
    assert "main       models and migrations differ\nanalytics  models and mig" in done.stdout
    done = db("revision", "-m", "Add crew", "--rev-id", "0002")
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (
        0,
        [
            "main       migrations/main/versions/0002_add_crew.py",
            "analytics  no change, no revision",
        ],
    )
    db("upgrade")
    assert db("check").returncode == 0


def change(root: Path) -> None:
    """Add a column to a model."""
    model = root / "src/qapla_sample/databases/main/ship.py"
    column = "    name: Mapped[str] = mapped_column(String(200))\n"
    model.write_text(model.read_text().replace(column, f"{column}    crew: Mapped[int | None]\n"))


def test_two_heads(db: Run) -> None:
    """They are an error, with the command that merges them."""
    for id_ in ("0002", "0003"):
        options = ("--empty", "--database", "main", "--rev-id", id_, "--head", "0001", "--splice")
        assert db("revision", "-m", "More", *options).returncode == 0
    done = db("heads")
    assert (done.returncode, done.stdout) == (
        1,
        "main       several heads, 0002, 0003: type `uv run alembic -n main merge heads`\n"
        "analytics  0001\n",
    )


def test_an_empty_revision_is_for_one_database(db: Run) -> None:
    """It would be empty in each."""
    done = db("revision", "-m", "More", "--empty")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: an empty revision is for one database, and there are main, analytics: "
        "add --database main\n",
    )
