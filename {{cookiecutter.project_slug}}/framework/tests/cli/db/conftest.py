"""A project with two databases, one of them on each engine, and its command in a process."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from qapla.database.database import Database
from qapla.database.places.target import Target

from qapla_sample.paths import SOURCE
from support.modules import RunModule

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["sqlite"])
def main_database(
    request: pytest.FixtureRequest, sample_var: Path, fleet_root: Path
) -> Iterator[Database]:
    """Return the database `main` of the project, which is not there yet."""
    embedded = None
    if request.param == "sqlite":
        url = URL.create("sqlite", database=str(fleet_root / "main.db"))
    elif request.param == "mariadb":
        url = make_url(f"{request.getfixturevalue('mariadb')}_commands")
    else:
        embedded = sample_var / "postgres"
        url = URL.create("postgresql+psycopg", username="postgres", database="commands")
    migrations = fleet_root / "migrations/main"
    database = Database("main").at(Target(url, migrations, embedded=embedded, creatable=True))
    yield database
    database.drop()


@pytest.fixture
def variables(main_database: Database, fleet_root: Path) -> dict[str, str]:
    """Return the environment of the command."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(fleet_root / "src"), str(SOURCE)]),
        "QAPLA_SAMPLE_DATABASES__MAIN__URL": main_database.url.render_as_string(False),
        "QAPLA_SAMPLE_DATABASES__ANALYTICS__URL": f"sqlite:///{fleet_root}/analytics.db",
    }


@pytest.fixture
def db(run_module: RunModule, fleet_root: Path, variables: dict[str, str]) -> Run:
    """Return a function that runs `qapla db` in the project, in a process of its own."""

    def run(*arguments: str, directory: str = ".", **more: str) -> subprocess.CompletedProcess[str]:
        return run_module(
            "qapla.cli",
            "db",
            *arguments,
            directory=fleet_root / directory,
            environment={**variables, **more},
        )

    return run
