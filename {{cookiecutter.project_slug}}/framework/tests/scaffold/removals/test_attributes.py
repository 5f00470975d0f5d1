"""Lines of the user that use the attributes of a removed field."""

import pytest

from qapla.scaffold.additions.model import add_model
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project
from qapla.scaffold.removals.attributes import attribute_uses
from qapla.scaffold.removals.field import remove_fields

VIEWS = "src/rotarran/web/controllers/main/own.py"
NAMED = "from rotarran.databases.main.ship import Ship\n"


def uses(kept: Project, path: str, source: str) -> list[str]:
    """Write a file, remove the crew from the ships, and return the lines that still use it."""
    (kept.root / path).parent.mkdir(parents=True, exist_ok=True)
    (kept.root / path).write_text(source)
    project = Project(kept.root, kept.package)
    ship = project.model("Ship")
    attributes = remove_fields(project, ship, ["crew"], lambda *_: True)
    assert attributes == ["crew"]
    return attribute_uses(project, ship, attributes)


@pytest.mark.parametrize(
    "code",
    [
        "print(Ship.crew)",
        "print(self.ship.crew + 1)",
        "ships.sort(key=lambda it: it.crew)",
        "driver.create(name=1, crew=2)",
        'body = {"name": "a", "crew": 1}',
        'webapp.get("/ships?crew__ge=1")',
        'FIELDS = ["name", "-crew"]',
        'find(crew__ge=1, sort="crew")',
    ],
)
def test_a_use_in_a_module_that_names_the_model(kept: Project, code: str) -> None:
    """It is shown with its place."""
    assert uses(kept, VIEWS, f"{NAMED}{code}\n") == [f"{VIEWS}:2: {code}"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/rotarran/templates/page.jinja2", "<p>{{ ship.crew }}</p>"),
        ("src/rotarran/broken.py", "def f(:\n    ship.crew"),
        ("tests/unit/test_own.py", "assert made().ship.crew"),
    ],
)
def test_a_use_elsewhere(kept: Project, path: str, source: str) -> None:
    """By the name of the model, in a template, a module with a mistake, or one without the model."""
    line = source.split("\n")[-1].strip()
    assert uses(kept, path, source) == [f"{path}:{source.count(chr(10)) + 1}: {line}"]


@pytest.mark.parametrize(
    "source",
    [
        "print(port.crew)",
        "create(crew=2)",
        f"{NAMED}# ship.crew",
        f'{NAMED}"""The crew of a ship."""',
        f"{NAMED}ship.crews = ship.crew_id",
    ],
)
def test_other_words_are_no_use(kept: Project, source: str) -> None:
    """An attribute of something else, a comment, a sentence, and longer names."""
    assert uses(kept, VIEWS, source) == []


def test_a_file_that_is_no_text(kept: Project) -> None:
    """It is not read."""
    (kept.root / "src/rotarran/logo.png").write_bytes(b"\x89PNG ship.crew")
    assert uses(kept, VIEWS, "") == []


def test_an_attribute_of_another_model(kept: Project) -> None:
    """The files that the scaffold made for it are known."""
    add_model(kept, parse_spec("Officer(ship:Ship?, crew:int=0)", ["main"], "rotarran"))
    kept.changes.apply()
    assert uses(kept, VIEWS, "") == []
