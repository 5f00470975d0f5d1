"""The life of a project: it grows, shrinks, changes tables with rows, and takes a newer template."""

from pathlib import Path

import pytest
from answers import QUOTES
from baking import check_types, generate, run, succeed
from repositories import change, committed, two_versions

ANSWERS = {"project_name": "Rotarran", "description": QUOTES, "models": "main.Ship"}
# Every type, mark and relation, in three databases.
MODELS = {
    "main.Officer": "name:str(80)! rank:enum(bekk,captain)=bekk born:date? salary:decimal(10,2)=1.50",
    "main.Medal": "title:text worn:bool=true weight:float? cast:datetime=now",
    "main.Voyage": "ship:Ship(cascade) captain:Officer mate:Officer? medals:Medal(many) log:json={}",
    "crew.Child": "name:str(40):index parent:Child? notes:text? age:int=0",
    "cargo.Box": "code:uuid! mass:bigint seal:bytes? opened:date=2024-01-31",
    "cargo.Sheep": "fleece:decimal box:Box?:unique",
}
SHIP = "src/rotarran/databases/main/ship.py"
CONTROLLER = "src/rotarran/web/controllers/main/ship.py"
OWN = '''
    def called(self, name: str) -> Ship | None:
        """A query of the user's."""
        return self.find_one(name=name)
'''
ROWS = """
from rotarran import main
from rotarran.databases.main.ship import ShipWriteDriver

with main.run_command().dbs["main"].get_session() as session:
    with ShipWriteDriver(session).transaction():
        ShipWriteDriver(session).create(name="Rotarran")
"""
LOOK = """
from rotarran import main
from rotarran.databases.main.ship import ShipReadDriver

with main.run_command().dbs["main"].get_session() as session:
    ship = ShipReadDriver(session).called("Rotarran")
    print(ship.crew, ship.hull, ship.captain)
"""


def qapla(project: Path, *arguments: str) -> str:
    """Run the command of a project as its user does."""
    return succeed(["uv", "run", "qapla", *arguments], project)


def python(project: Path, code: str) -> str:
    """Run a script in a project."""
    return succeed(["uv", "run", "python", "-c", code], project)


def upgrade(project: Path, *databases: str) -> None:
    """Upgrade databases to their heads."""
    for database in databases:
        succeed(["uv", "run", "alembic", "-n", database, "upgrade", "head"], project)


def grow(project: Path) -> None:
    """Add databases and models, and change files as a user would."""
    change(
        project / SHIP,
        "    model = Ship\n\n\nclass ShipWrite",
        f"    model = Ship\n{OWN}\n\nclass ShipWrite",
    )
    for database in ("crew", "cargo"):
        qapla(project, "add", "database", database)
    for model, fields in MODELS.items():
        qapla(project, "add", "model", model, *fields.split(" "))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of the template with two versions."""
    return two_versions(tmp_path_factory.mktemp("template") / "qapla-db")


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of the old version that has grown, with a row of its first model."""
    old = tmp_path_factory.mktemp("old") / "qapla-db"
    quiet = ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--branch=v0.2.0"]
    succeed([*quiet, str(template), str(old)], template)
    project, _ = generate(old, workplace / "journey", ANSWERS)
    committed(project)
    grow(project)
    upgrade(project, "main", "crew", "cargo")
    python(project, ROWS)
    committed(project)
    return project


def test_a_grown_project_is_tested_on_each_engine(
    project: Path, mariadb: str, tmp_path: Path
) -> None:
    """Every type and relation, in models, migrations and resources."""
    succeed(["uv", "run", "ruff", "check"], project)
    succeed(["uv", "run", "ruff", "format", "--check"], project)
    check_types(project)
    servers = {
        "postgresql": None,
        "sqlite": f"sqlite:///{tmp_path}/{{}}.db",
        "mariadb": f"{mariadb}_journey_{{}}",
    }
    for url in servers.values():
        urls = {
            f"ROTARRAN_DATABASES__{name.upper()}__URL": url.format(name)
            for name in ("main", "crew", "cargo")
            if url
        }
        command = ["uv", "run", "--extra", "mariadb", "pytest", "-q"]
        assert " passed" in succeed(command, project, **urls)


def test_the_second_week(project: Path, template: Path) -> None:
    """A model goes, fields come to a table with rows, and an update conflicts in one line alone."""
    qapla(project, "remove", "model", "Voyage")
    printed = qapla(project, "add", "field", "Ship", "crew:int=5", "hull:str?!", "captain:Officer?")
    assert "uv run qapla db upgrade --database main" in printed
    upgrade(project, "main")
    assert python(project, LOOK) == "5 None None\n"
    assert "Ship  name:str(200), crew:int=5, hull:str(200)?!, captain:Officer?" in qapla(
        project, "list"
    )
    change(project / CONTROLLER, "Views that list, create", "Views of the fleet that list, create")
    committed(project)
    done = run(["uv", "run", "qapla", "update", str(template)], project)
    assert CONTROLLER in done.stdout + done.stderr
    conflicts = succeed(["git", "diff", "--name-only", "--diff-filter=U"], project)
    assert conflicts.split() == [CONTROLLER]
    succeed(["git", "checkout", "--theirs", CONTROLLER], project)
    succeed(["git", "add", "--all"], project)
    assert '"waitress>=3.0.1"' in (project / "pyproject.toml").read_text(encoding="utf-8")
    assert "def called" in (project / SHIP).read_text(encoding="utf-8")
    assert " passed" in succeed(["uv", "run", "pytest", "-q"], project)
    assert python(project, LOOK) == "5 None None\n"
