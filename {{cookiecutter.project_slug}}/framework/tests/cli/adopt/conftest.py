"""Databases of others, with the tables of a script, and packages with the models of these."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from qapla.database.database import Database

from support.adoption import LEGACY, AdoptedPackage, run_script

_numbers = count()
_SCRIPTS = {"mysql": "mariadb", "postgresql": "postgresql", "sqlite": "sqlite"}


@pytest.fixture
def load(place: Callable[..., Database]) -> Iterator[Callable[..., Database]]:
    """Return a maker of a database with the tables of a script, by default those of its engine."""
    made: list[Database] = []

    def make(script: str | None = None, name: str = "qapla_adopted") -> Database:
        database = place(name)
        database.drop()
        if script is None:
            file = _SCRIPTS[database.target.url.get_backend_name()]
            script = (LEGACY / f"{file}.sql").read_text()
        run_script(database, script)
        made.append(database)
        return database

    yield make
    for database in made:
        database.dispose()


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., AdoptedPackage]:
    """Return a maker of packages."""

    def make(*, conventions: bool = True) -> AdoptedPackage:
        name = f"adopted_{next(_numbers)}"
        return AdoptedPackage(name, tmp_path / name, conventions=conventions)

    return make
