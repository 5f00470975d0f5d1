"""Databases in files of a test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from qapla.database.database import Database
from qapla.database.places.target import Target


@pytest.fixture
def on_sqlite() -> Iterator[Callable[..., Database]]:
    """Return a maker of a database `main` in a file, which is disposed after the test."""
    made: list[Database] = []

    def make(path: Path, **settings: Any) -> Database:
        target = Target(url=make_url(f"sqlite:///{path}"), migrations=path.parent, **settings)
        made.append(Database("main").at(target))
        return made[-1]

    yield make
    for database in made:
        database.dispose()
