"""A run of tests whose server goes away, or whose role may not create databases."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from qapla.database.database import Database
from qapla.exceptions import CreationDenied

HEAD = """
import os, signal
from pathlib import Path
import pytest
from qapla.testing import BaseApplicationFixture
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship

class Application(SampleApplication):
    __module__ = SampleApplication.__module__

class TestIt(BaseApplicationFixture):
    APP_CLASS = Application

    @pytest.mark.parametrize("number", range(8))
    def test_it(self, dbsession, number):
        dbsession.add(Ship(name="Rotarran"))
        dbsession.flush()
        if number == 2 and "KILL" in os.environ:
            state = Path(os.environ["QAPLA_SAMPLE_PATHS__VAR"]) / "postgres" / "postmaster.pid"
            os.kill(int(state.read_text().split()[0]), signal.SIGKILL)
            while dbsession.query(Ship).all():
                pass
"""


@pytest.fixture
def run(data: Path, tmp_path: Path, no_worker: None) -> Callable[..., str]:
    """Return a runner of tests in a process of its own, on a server of its own."""
    module = tmp_path / "test_it.py"
    module.write_text(HEAD)

    def run(*options: str, **environment: str) -> str:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore"]
        options = ("-p", "qapla.testing.plugin", "--tb=line", "--no-header", *options)
        variables = {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "400", **environment}
        variables["QAPLA_SAMPLE_PATHS__VAR"] = str(data.parent)
        done = subprocess.run(
            [*command, *options, module.name],
            cwd=tmp_path,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return run


def test_a_server_that_is_killed_ends_the_run(run: Callable[..., str]) -> None:
    """One test fails, one line says why the others do not run, and the next run passes."""
    printed = run(KILL="yes")
    assert (
        "the server of 'qapla_sample_main_test' has ended the connections of this run of tests, and "
        "with them its hold on the databases: run the tests again"
    ) in printed
    assert "1 failed, 2 passed" in printed.splitlines()[-1]
    # The driver's own text has up to four lines, in three places.
    assert len(printed.splitlines()) < 30
    assert "8 passed" in run()


@pytest.fixture
def limited(place: Callable[..., Database]) -> Iterator[Database]:
    """Return a database of the embedded server whose role may not create any."""
    database = place("limited_test")
    admin = create_engine(database.server.default_url, isolation_level="AUTOCOMMIT")  # type: ignore[attr-defined]
    with admin.connect() as connection:
        connection.execute(text('CREATE ROLE "kang the poor" LOGIN'))
    target = replace(database.target, url=database.target.url.set(username="kang the poor"))
    yield database.at(target)
    with admin.connect() as connection:
        connection.execute(text('DROP ROLE "kang the poor"'))
    admin.dispose()


def test_a_role_that_may_not_create_databases(limited: Database) -> None:
    """The error names the role and the statement that lets it."""
    with pytest.raises(CreationDenied) as caught:
        limited.create()
    assert str(caught.value) == (
        "database 'limited_test': the role 'kang the poor' may not run `CREATE DATABASE` "
        '(permission denied to create database): type `ALTER ROLE "kang the poor" CREATEDB`, or '
        "give default_url another role"
    )


def test_a_run_whose_role_may_not_create_databases(
    run: Callable[..., str], limited: Database
) -> None:
    """The whole run ends with that line."""
    url = limited.url.set(database="qapla_limited").render_as_string(hide_password=False)
    printed = run(QAPLA_SAMPLE_DATABASES__MAIN__URL=url)
    assert "may not run `CREATE DATABASE` (permission denied to create database)" in printed
    assert printed.splitlines()[-1].startswith("1 error in ")
    assert "Traceback" not in printed
    assert len(printed.splitlines()) < 12


@pytest.mark.parametrize("place", ["mariadb"], indirect=True)
def test_a_user_of_mariadb_that_may_not_create_databases(place: Callable[..., Database]) -> None:
    """The error names the account and the statement that lets it."""
    database = place("limited_test")
    admin = create_engine(database.server.default_url, isolation_level="AUTOCOMMIT")  # type: ignore[attr-defined]
    user = database.server.name
    with admin.connect() as connection:
        connection.execute(text(f"CREATE USER '{user}'@'127.0.0.1'"))
        target = replace(database.target, url=database.target.url.set(username=user))
        with pytest.raises(CreationDenied) as caught:
            database.at(target).create()
        connection.execute(text(f"DROP USER '{user}'@'127.0.0.1'"))
    admin.dispose()
    escaped = user.replace("_", r"\_")
    assert str(caught.value) == (
        f"database '{user}': the role '{user}' may not run `CREATE DATABASE` (Access denied for user "
        f"'{user}'@'127.0.0.1' to database '{user}'): type `GRANT ALL PRIVILEGES ON `{escaped}`.* TO "
        f"'{user}'@'%'`, or give default_url another role"
    )
