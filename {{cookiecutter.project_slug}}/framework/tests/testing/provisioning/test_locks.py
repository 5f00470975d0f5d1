"""Two runs at a time on one server: each has its databases for itself, or is told so."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects.sqlite.server import SQLiteServer
from qapla.database.places.target import Target
from qapla.exceptions import DatabaseError, DatabaseInUse
from qapla.testing.provisioning.locks import DatabaseLocks
from qapla.testing.run.run import DatabaseRun

from qapla_sample.application.app import SampleApplication
from qapla_sample.paths import MIGRATIONS

VARIABLE = "QAPLA_SAMPLE_DATABASES__CLAIMED__URL"
OWN = {"postgresql": "QAPLA_SAMPLE_PATHS__VAR to a directory of this run's own"}

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


class Application(SampleApplication):
    """An application with a database that no other test uses."""

    __module__ = SampleApplication.__module__

    def append_app_plugins(self) -> None:
        """Add the databases."""
        self.add_database_app([Database("main", "migrations_main"), Database("claimed")])


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Place the database on the server that the parameter names; return that name."""
    name: str = request.param
    source = MIGRATIONS
    migrations = shutil.copytree(source, tmp_path / "migrations")
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__MIGRATIONS_CLAIMED", str(migrations))
    if name == "mariadb":
        monkeypatch.setenv(VARIABLE, f"{request.getfixturevalue('mariadb')}_claimed")
    elif name == "sqlite":
        monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path}/qapla_sample_claimed.db")
    return name


@pytest.fixture
def runs(server: str) -> Iterator[list[DatabaseRun]]:
    """Return two runs, as two processes have them."""
    made = [DatabaseRun(), DatabaseRun()]
    yield made
    for run in made:
        run.close()


def database_of(run: DatabaseRun, application: type[DatabaseApplication] = Application) -> Database:
    """Return the database of a run's application."""
    return run.application(application).dbs["claimed"]


@pytest.mark.parametrize("server", ["postgresql", "sqlite", "mariadb"], indirect=True)
def test_a_second_run_is_told_and_leaves_the_first_alone(
    server: str, runs: list[DatabaseRun]
) -> None:
    """The message says how to have a database of one's own; afterwards the database is free."""
    first, second = runs
    database = database_of(first)
    first.ensure_ready(database)
    with database.engine.connect() as connection:
        with pytest.raises(DatabaseInUse) as caught:
            second.ensure_ready(database_of(second))
        connection.exec_driver_sql("SELECT * FROM ships")
    name = Path(str(database.target.url.database)).stem
    assert str(caught.value) == (
        f"database 'claimed': another run of tests uses {name!r}: wait until it has ended, or set "
        f"{OWN.get(server, f'{VARIABLE} to another one')}"
    )
    runs.pop(0).close()
    second.ensure_ready(database_of(second))


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_workers_of_two_runs_are_apart(
    runs: list[DatabaseRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has a database of its own, and keeps nobody from the others."""
    for run, worker in zip(runs, ["_gw0", "_gw1"], strict=True):
        monkeypatch.setattr(Application, "parallel_suffix", worker)
        run.ensure_ready(database_of(run))


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_two_applications_of_a_run_may_share_a_database(runs: list[DatabaseRun]) -> None:
    """A run does not keep itself from a database."""

    class Another(Application):
        __module__ = Application.__module__

    for application in (Application, Another):
        runs[0].ensure_ready(database_of(runs[0], application))


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_databases_of_a_server_share_a_connection(place: Callable[..., Database]) -> None:
    """To connect for each of them would take longer than the statements."""
    claims = DatabaseLocks()
    taken: list[Any] = [
        claims.acquire(place(f"qapla_{name}_test"), lambda _: "wait") for name in ("one", "two")
    ]
    with taken[0].connection() as first, taken[1].connection() as second:
        assert first is second
    claims.release()
    assert first.closed


def test_the_run_ends_at_the_first_database_that_is_in_use(run: Run, sqlite: Path) -> None:
    """Every other test would tell the same."""
    with SQLiteServer(sqlite / "main_test.db").locked("main_test"):
        result = run(
            """
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_it(self, dbsession, attempt):
        pass
"""
        )
    result.assert_outcomes(errors=1)
    told = (
        "database 'main': another run of tests uses 'main_test': wait until it has ended, or set "
        "QAPLA_SAMPLE_DATABASES__MAIN__URL to another one"
    )
    assert result.outlines.count(told) == 1
    result.stdout.fnmatch_lines(f"!*{told} !*")


def test_a_claim_is_released_by_another_thread_than_took_it(tmp_path: Path) -> None:
    """The test that first touches a database may do so in a thread."""
    target = Target(make_url(f"sqlite:///{tmp_path}/threads_test.db"), tmp_path)
    first, second = DatabaseLocks(), DatabaseLocks()
    taking = threading.Thread(
        target=first.acquire, args=(Database("main").at(target), lambda _: "wait")
    )
    taking.start()
    taking.join()
    first.release()
    second.acquire(Database("main").at(target), lambda _: "wait")
    second.release()


def test_a_database_of_the_same_name_elsewhere_is_another_one(tmp_path: Path) -> None:
    """A run that holds one of them has no right to the other, which another run uses."""
    one, two = (
        Database("main").at(Target(make_url(f"sqlite:///{tmp_path}/{name}/x_test.db"), tmp_path))
        for name in ("one", "two")
    )
    first, second = DatabaseLocks(), DatabaseLocks()
    first.acquire(one, lambda _: "wait")
    second.acquire(two, lambda _: "wait")
    with pytest.raises(DatabaseInUse):
        first.acquire(two, lambda _: "wait")
    first.release()
    second.release()


def test_one_database_by_two_addresses(tmp_path: Path) -> None:
    """Two databases cannot have it in one run; one database can, as two applications write it."""
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    urls = [make_url(f"sqlite:///{path}/x_test.db") for path in (tmp_path, tmp_path / "link")]
    claims = DatabaseLocks()
    for url in urls:
        claims.acquire(Database("main").at(Target(url, tmp_path)), lambda _: "wait")
    claims.release()
    claims.acquire(Database("main").at(Target(urls[0], tmp_path)), lambda _: "wait")
    with pytest.raises(DatabaseError) as caught:
        claims.acquire(Database("crew").at(Target(urls[1], tmp_path)), lambda _: "wait")
    claims.release()
    assert str(caught.value) == (
        "database 'crew': its test database 'x_test' is that of 'main' too, by another address: wait"
    )
