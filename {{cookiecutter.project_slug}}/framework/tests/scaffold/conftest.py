"""A project that the scaffold adds to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.scaffold.project import Project

from support.skeletons import make_project
from support.stamping import stamp_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project that has the files that the scaffold changes, and no other ones."""
    return make_project(tmp_path)


@pytest.fixture
def kept(tmp_path: Path) -> Project:
    """Return a project that keeps its answers, with two databases and a model."""
    return stamp_project(tmp_path)


@pytest.fixture
def written(project: Project) -> Callable[[], dict[str, str]]:
    """Return a function that reads every file of the project, by its path."""

    def read() -> dict[str, str]:
        paths = (path for path in project.root.rglob("*") if path.is_file())
        return {str(path.relative_to(project.root)): path.read_text() for path in paths}

    return read
