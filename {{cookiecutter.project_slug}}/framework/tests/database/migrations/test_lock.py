"""Several processes migrate one database: one does, the others wait and find nothing to do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import URL, make_url, text

from qapla.database.database import Database
from qapla.database.dialects import network
from qapla.database.dialects.sqlite import server as sqlite
from qapla.database.places.target import Target
from qapla.database.places.urls import name_of, with_name
from qapla.exceptions import LockTimeout

from qapla_sample.paths import SAMPLE, SOURCE

PROCESSES = 3
WAITING = "database 'main': waiting, as another process migrates it\n"
STARTED = """
import os
from pathlib import Path

Path(__file__).with_name(f"started-{os.getpid()}").touch()
"""
# The first process is still at work when the others come.
SLOW = """
    import os
    import time
    from pathlib import Path

    end = time.monotonic() + 60
    processes = int(os.environ.get("PROCESSES", "0"))
    while time.monotonic() < end and len(list(Path(__file__).parents[1].glob("started-*"))) < processes:
        time.sleep(0.05)
    # From its start a process takes a while to the lock, on a busy machine.
    time.sleep(3)
    op.create_table("""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the directory of a copy of the sample, whose first migration takes its time."""
    ignored = shutil.ignore_patterns("__pycache__")
    copy = Path(shutil.copytree(SAMPLE, tmp_path / "sample", ignore=ignored))
    environment = copy / "migrations" / "main" / "env.py"
    environment.write_text(STARTED + environment.read_text())
    revision = copy / "migrations" / "main" / "versions" / "0001_ships.py"
    revision.write_text(revision.read_text().replace("\n    op.create_table(", SLOW, 1))
    return copy


@pytest.fixture(params=["postgresql", "sqlite", "mariadb"])
def database(request: pytest.FixtureRequest, sample_var: Path, project: Path) -> Iterator[Database]:
    """Return the database `main` of the processes, not there yet, on each engine."""
    embedded = None
    if request.param == "sqlite":
        url = URL.create("sqlite", database=str(project / "locked.db"))
    elif request.param == "mariadb":
        url = make_url(f"{request.getfixturevalue('mariadb')}_locked")
    else:
        embedded = sample_var / "postgres"
        url = URL.create("postgresql+psycopg", username="postgres", database="locked")
    target = Target(url, project / "migrations" / "main", embedded=embedded, creatable=True)
    database = Database("main").at(target)
    yield database
    database.drop()


def upgrade(project: Path, sample_var: Path, url: URL, environment: str) -> str:
    """Run `alembic upgrade head` in several processes at once, and return their output."""
    shown = url.render_as_string(hide_password=False)
    variables = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(project), str(SOURCE)]),
        "PYTHONPYCACHEPREFIX": str(sample_var / "pycache"),
        "PYTHONDONTWRITEBYTECODE": "",
        "PROCESSES": str(PROCESSES),
        "QAPLA_SAMPLE_ENVIRONMENT": environment,
        "QAPLA_SAMPLE_CELERY__BROKER_URL": "filesystem://localhost",
        "QAPLA_SAMPLE_DATABASES__MAIN__URL": shown,
        "QAPLA_SAMPLE_DATABASES__ANALYTICS__URL": "sqlite:////tmp/unused.db",
    }
    command = [sys.executable, "-W", "ignore", "-m", "alembic", "upgrade", "head"]
    started = [
        subprocess.Popen(
            command,
            cwd=project,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    output = "".join(process.communicate()[0] for process in started)
    assert [process.returncode for process in started] == [0] * PROCESSES, output
    return output


def is_migrated_once(database: Database) -> bool:
    """Whether the tables are there and empty."""
    with database.engine.connect() as connection:
        ships = connection.scalar(text("SELECT count(*) FROM ships"))
        revisions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    database.dispose()
    return ships == 0 and revisions == ["0001"]


def test_processes_that_upgrade_at_once(
    project: Path, sample_var: Path, database: Database
) -> None:
    """In development the first one creates the database."""
    assert WAITING in upgrade(project, sample_var, database.url, "development")
    assert is_migrated_once(database)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_processes_of_production(project: Path, sample_var: Path, database: Database) -> None:
    """The lock is in the database, as the role may have no right to the maintenance database."""
    database.create()
    assert WAITING in upgrade(project, sample_var, database.url, "production")
    assert is_migrated_once(database)


def test_the_lock_of_a_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each database has a lock, which another process waits for only so long."""
    for module in (network, sqlite):
        monkeypatch.setattr(module, "_PATIENCE", 1)
    target = database.target
    name = name_of(target.url)
    same = Database("main").at(target)
    other = Database("main").at(replace(target, url=with_name(target.url, f"{name}_2")))
    with (
        database.migrations.lock(),
        other.migrations.lock(),
        pytest.raises(LockTimeout) as caught,
        same.migrations.lock(),
    ):
        pass
    assert str(caught.value) == (
        f"another process has kept the lock '{name}_migrations' for 1 seconds: "
        "wait until it has ended, or end it"
    )
    with same.migrations.lock():
        pass


def test_a_look_takes_no_lock(database: Database) -> None:
    """`check` and `current` go on while another process migrates."""
    database.migrate()
    with database.migrations.lock():
        command.check(database.migrations.config())
        command.current(database.migrations.config())
    database.dispose()
