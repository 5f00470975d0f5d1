"""Models that refer to each other by name: preparing an application imports all of them."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database

from qapla_sample.paths import SOURCE

pytest_plugins = ["pytester"]

Project = Callable[..., DatabaseApplication]
BASE = """
from sqlalchemy.orm import DeclarativeBase


class Model(DeclarativeBase):
    pass
"""
MODEL = """
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from {package} import Model

if TYPE_CHECKING:
    from {package}.{other} import {Other}


class {Name}(Model):
    __tablename__ = "{name}s"
    id: Mapped[int] = mapped_column(primary_key=True)
    {other}_id: Mapped[int | None] = mapped_column(ForeignKey("{other}s.id", use_alter=True))
    {other}: Mapped["{Other} | None"] = relationship(foreign_keys=[{other}_id])
"""


def write_models(root: Path, package: str) -> None:
    """Write a base and the models `Ship` and `Captain`."""
    directory = root.joinpath(*package.split("."))
    directory.mkdir(parents=True)
    for parent in (directory, *directory.parents):
        if parent == root:
            break
        (parent / "__init__.py").touch()
    (directory / "__init__.py").write_text(BASE)
    for name, other in (("ship", "captain"), ("captain", "ship")):
        words = {"name": name, "other": other, "Name": name.title(), "Other": other.title()}
        (directory / f"{name}.py").write_text(MODEL.format(package=package, **words))


@pytest.mark.parametrize("purpose", ["wsgi", "worker", "shell", "command", "tests"])
def test_every_purpose_imports_the_models(project: Project, tmp_path: Path, purpose: str) -> None:
    """One model that is imported can be used, as the others are there too."""
    application = project()
    write_models(tmp_path, "probe.databases.main")
    importlib.import_module("probe")
    assert "probe.databases" not in sys.modules
    getattr(application, f"run_{purpose}")()
    ship = importlib.import_module("probe.databases.main.ship")
    assert ship.Ship(id=1).captain is None


def test_models_in_a_package_of_ones_own(project: Project, tmp_path: Path) -> None:
    """The description of a database names the package; the default may not be there."""
    prepared: Any = project()
    write_models(tmp_path, "probe.fleet.models")

    class Application(type(prepared)):  # type: ignore[misc]
        __module__ = "probe.application.app"

        def append_app_plugins(self) -> None:
            self.add_database_app([Database("main", models="probe.fleet.models")])

    Application().run_command()
    assert "probe.fleet.models.captain" in sys.modules
    prepared.run_command()


def test_a_model_that_cannot_be_imported(project: Project, tmp_path: Path) -> None:
    """The error is the module's own, with a note on the database."""
    application = project()
    write_models(tmp_path, "probe.databases.main")
    (tmp_path / "probe/databases/main/port.py").write_text("import nowhere\n")
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'") as caught:
        application.run_command()
    assert caught.value.__notes__ == [
        "while the models of database 'main' were imported from probe.databases.main"
    ]
    assert application.purpose is None


def test_a_test_without_a_database(
    project: Project, tmp_path: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test file alone has every model, though it prepares no application."""
    project()
    write_models(tmp_path, "probe.databases.main")
    (tmp_path / "probe/__init__.py").write_text(
        "from qapla.database.application import DatabaseApplication\n"
        "class Application(DatabaseApplication):\n    __module__ = 'probe.app'\n"
    )
    path = pytester.makepyfile(
        "from probe.databases.main.ship import Ship\n"
        "def test_ship():\n    assert Ship(id=1).captain is None\n"
    )
    source = SOURCE
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{source}")
    options = ["-p", "qapla.testing.plugin", "-p", "no:cacheprovider"]
    pytester.runpytest_subprocess(*options, path).assert_outcomes(passed=1)
