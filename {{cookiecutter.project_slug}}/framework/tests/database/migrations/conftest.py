"""A copy of the sample whose models and migrations a test may change."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from qapla.database.database import Database
from qapla.database.places.target import Target

from qapla_sample.paths import SAMPLE


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the directory of a copy of the sample, which a test may change."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample", ignore=ignored))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, sample_var: Path, copy: Path, tmp_path: Path
) -> Iterator[Database]:
    """Return the development database `main` of the copy, not there yet, of either kind."""
    migrations = copy / "migrations" / "main"
    if request.param == "sqlite":
        request.getfixturevalue("sqlite")
        url = URL.create("sqlite", database=str(tmp_path / "main.db"))
        target = Target(url=url, migrations=migrations)
    else:
        url = URL.create("postgresql+psycopg", username="postgres", database="qapla_sample_main")
        target = Target(url=url, migrations=migrations, embedded=sample_var / "postgres")
    database = Database("main").at(target)
    database.drop()
    yield database
    database.drop()
