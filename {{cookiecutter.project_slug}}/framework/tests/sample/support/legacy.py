"""A fixture of an unmanaged database, whose models a test writes."""

import importlib
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from qapla.database.database import Database

from support.provisioning import remove

HEAD = """
import enum
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Model(DeclarativeBase):
    pass
"""
SHIPS = """
class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20))
"""
NAME = "qapla_legacy_test"
_numbers = count()


@pytest.fixture
def legacy(
    place: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Database]]:
    """Return a writer of models, which gives the test database of an unmanaged database with them.

    Each call writes another package, as models change from one run of tests to the next.
    """
    monkeypatch.syspath_prepend(tmp_path)
    made: list[Database] = []

    def write(models: str = SHIPS, name: str = NAME, **settings: Any) -> Database:
        package = f"legacy_{next(_numbers)}"
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(HEAD)
        (tmp_path / package / "models.py").write_text(f"from {package} import *\n{models}")
        importlib.invalidate_caches()
        target = place(name, **{"tests": True, **settings}).target
        made.append(Database("legacy", models=package, managed=False).at(target))
        return made[-1]

    yield write
    for database in made:
        database.dispose()
        if database.target.tests:
            remove(database)
        for module in [name for name in sys.modules if name.startswith(str(database.models))]:
            del sys.modules[module]
