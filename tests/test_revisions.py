"""Revisions that the scaffold stamps, as squawk reads their SQL."""

import shutil
import sys
from pathlib import Path

import pytest
from baking import TEMPLATE, run
from examination import FRAMEWORK
from skeleton import Skeleton

from qapla.scaffold.additions.database import add_database
from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.additions.model import add_model
from qapla.scaffold.additions.outbox import add_outbox
from qapla.scaffold.additions.tokens import add_tokens
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project
from qapla.scaffold.removals.field import remove_fields
from qapla.scaffold.removals.model import remove_model

# A field of each type, reference, mark and default that a table with rows may be given.
FIELDS = [
    *["plain:str?", "text:text=a", "number:int=0", "id64:bigint?", "share:float=0.5"],
    *["price:decimal(10, 2)=0", "armed:bool=true", "day:date=2024-01-31", "at:datetime=now"],
    *["uid:uuid?", "data:json={}", "image:bytes?", "state:enum(a, b)=a", "mood:enum(c)?"],
    *["serial:str!?", "code:int:index=0", "captain:Officer?", "owner:Officer!?"],
    *["port:Officer(cascade)?", "crew:Officer(many)"],
]


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """Return a project with a database and two models."""
    (tmp_path / "skeleton").mkdir()
    project = Skeleton.bake(template, tmp_path / "skeleton").project(tmp_path / "own", "rotarran")
    shutil.copy(TEMPLATE / "{{cookiecutter.project_slug}}" / ".squawk.toml", project.root)
    add_database(project, "main")
    for model in ("Officer(name:str)", f"Ship(name:str, {', '.join(FIELDS)})", "Port(name:str)"):
        add_model(project, parse_spec(model, ["main"], "rotarran"))
    return project


def lint(project: Project) -> str:
    """Return the faults that `qapla db lint` finds in the written project."""
    project.changes.apply()
    path = f"{FRAMEWORK}:{project.root / 'src'}"
    command = [sys.executable, "-P", "-m", "qapla.cli", "db", "lint"]
    done = run(command, project.root, environment={"PYTHONPATH": path})
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


def test_squawk_passes_every_revision(project: Project) -> None:
    """Each kind of field, added to a table and removed from it, alone and with the others."""
    add_outbox(project, "main")
    add_tokens(project, "main")
    port, ship = project.model("Port"), project.model("Ship")
    fields = [parse_field(field) for field in FIELDS]
    constrained = fields[-8:]
    for field in constrained:
        add_fields(project, port, [field])
    for field in constrained:
        remove_fields(project, port, [field.name], lambda database, path: True)
    add_fields(project, port, fields)
    remove_fields(project, ship, [field.name for field in fields], lambda database, path: True)
    remove_model(project, ship, lambda database, path: True)
    assert lint(project) == ""
    # The rules are asked for.
    versions = project.root / "migrations/main/versions"
    for path in versions.glob("*_remove_*.py"):
        path.write_text(path.read_text().replace("# squawk-ignore-file", "#"))
    faults = lint(project)
    assert all(rule in faults for rule in ("ban-drop-column", "ban-drop-table"))
