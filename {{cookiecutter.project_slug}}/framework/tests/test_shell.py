"""The names of a shell: classes of several databases, whose names may be the same."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qapla.database.database import Database
from qapla.shell import classes_of, namespace

BASE = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from qapla.driver import ReadDriver

class Base(DeclarativeBase):
    pass
"""
MODEL = """
class {name}(Base):
    __tablename__ = "{name}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
DRIVER = """
class {name}ReadDriver(ReadDriver):
    model = {name}
"""
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Return a function that writes a module `quadrant_<database>.<module>`, and imports it."""
    monkeypatch.syspath_prepend(tmp_path)

    def module(path: str, source: str) -> None:
        file = tmp_path / f"{path.replace('.', '/')}.py"
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(BASE + source)
        importlib.invalidate_caches()
        importlib.import_module(path)

    yield module
    for name in [name for name in sys.modules if name.startswith("quadrant_")]:
        del sys.modules[name]


def databases(*names: str) -> list[Database]:
    """Return databases whose models are in `quadrant_<name>`."""
    return [Database(name, models=f"quadrant_{name}") for name in names]


def test_a_driver_is_named_like_its_model(write: Write) -> None:
    """Only the second database's model has a driver: its plain name would be the first one's."""
    write("quadrant_alpha.ship", MODEL.format(name="Ship"))
    write("quadrant_beta.ship", (MODEL + DRIVER).format(name="Ship"))
    alpha, beta = classes_of(databases("alpha", "beta"))
    assert (list(alpha.models), list(alpha.drivers)) == (["Ship"], [])
    assert list(beta.models) == ["beta_Ship"]
    assert list(beta.drivers) == ["beta_ShipReadDriver"]


def test_two_modules_may_have_one_class_name(write: Write) -> None:
    """The second one's has its database in front, and the third one's its module, too."""
    for module in ("one", "three", "two"):
        write(f"quadrant_alpha.{module}", MODEL.format(name="Ship"))
    (alpha,) = classes_of(databases("alpha"))
    assert list(alpha.models) == ["Ship", "alpha_Ship", "alpha_two_Ship"]


def test_no_class_takes_the_name_of_a_session(write: Write) -> None:
    """A class of a user's may be called as a database, or as the application."""
    write("quadrant_alpha.ship", MODEL.format(name="beta") + MODEL.format(name="application"))
    write("quadrant_beta.ship", MODEL.format(name="func"))
    classes = classes_of(databases("alpha", "beta"))
    names = namespace("an application", classes, {})
    assert sorted(names) == ["alpha_application", "alpha_beta", "application", "beta_func"]
    assert names["application"] == "an application"


def test_imported_classes_are_of_their_own_module(write: Write) -> None:
    """A module beside the models may import them."""
    write("quadrant_alpha.ship", MODEL.format(name="Ship"))
    write("quadrant_alpha.seed", "from quadrant_alpha.ship import Ship\n")
    assert list(classes_of(databases("alpha"))[0].models) == ["Ship"]
    assert classes_of([Database("gamma")])[0].models == {}
