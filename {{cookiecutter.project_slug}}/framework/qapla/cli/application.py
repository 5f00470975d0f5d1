"""The application of the project that a command works on."""

from importlib import import_module
from typing import Any

from qapla.scaffold.project import Project


def load(project: Project) -> Any:
    """Return the application of a project, not prepared yet."""
    return import_module(project.package).main
