"""A project whose code is changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.scaffold.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Return a function that makes a project of modules, by their paths with double underscores."""

    def make(**modules: str) -> Project:
        for name, source in modules.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return Project(tmp_path, "rotarran")

    return make
