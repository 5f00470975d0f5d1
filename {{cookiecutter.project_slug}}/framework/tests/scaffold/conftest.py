"""A project that the scaffold adds to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.scaffold.project import Project

FILES = {
    "alembic.ini": "",
    "src/rotarran/application/settings/default.py": (
        'SETTINGS = {\n    "celery": {\n        "beat_schedule": {},\n    },\n}\n'
    ),
    "src/rotarran/databases/__init__.py": "DATABASES = []\n",
    "src/rotarran/web/request.py": "class Request:\n    database: Session\n",
    "src/rotarran/web/routes.py": 'def includeme(config):\n    """Add routes."""\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project that has the files that the scaffold changes, and no other ones."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Project(tmp_path, "rotarran")


@pytest.fixture
def written(project: Project) -> Callable[[], dict[str, str]]:
    """Return a function that reads every file of the project, by its path."""

    def read() -> dict[str, str]:
        paths = (path for path in project.root.rglob("*") if path.is_file())
        return {str(path.relative_to(project.root)): path.read_text() for path in paths}

    return read
