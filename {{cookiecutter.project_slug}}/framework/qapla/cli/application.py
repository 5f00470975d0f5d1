"""The application of the project that a command works on."""

from importlib import import_module
from typing import Any

from qapla.scaffold.project import Project


def load(project: Project) -> Any:
    """Return the application of a project, not prepared yet."""
    return import_module(project.package).main


def place_of(database: Any) -> str:
    """Return the URL of a database, without its password."""
    # Imported here, for a short `qapla --help`.
    from qapla.ops import report

    return report.place_of(database)
