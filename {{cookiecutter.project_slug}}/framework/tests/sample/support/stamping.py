"""Add to a project and write the changes at once, as the commands do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qapla.scaffold.additions import database, model
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project

from support.skeletons import make_project


def write(project: Project, change: Callable[..., object], *args: Any, **options: Any) -> list[str]:
    """Make an addition or a removal, and return the paths of the files that it has written."""
    change(project, *args, **options)
    return project.changes.apply()


def stamp_project(root: Path) -> Project:
    """Write a project that keeps its answers, with two databases and a model."""
    project = make_project(root, keeps_answers=True)
    add_databases(project, "main", "crew")
    add_models(project, "main.Ship(name:str, crew:int=0)")
    return project


def add_databases(project: Project, *names: str) -> None:
    """Add databases."""
    for name in names:
        write(project, database.add_database, name)


def add_models(project: Project, *texts: str) -> list[str]:
    """Add models, as `main.Ship(name:str)`, and return the paths of the files of the last one."""
    written: list[str] = []
    for text in texts:
        spec = parse_spec(text, project.databases(), project.package)
        written = write(project, model.add_model, spec)
    return written


def add_unmanaged(root: Path) -> None:
    """Add the unmanaged database `legacy` to the list of a copy of the sample."""
    listed = root / "src/qapla_sample/databases/__init__.py"
    more = 'DATABASES.append(Database("legacy", managed=False))\n'
    listed.write_text(listed.read_text() + more)
