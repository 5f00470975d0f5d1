"""A project that has the files that the scaffold changes, and no other ones."""

from pathlib import Path

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
ANSWERS = '[tool.qapla]\nversion = "0.2.0"\ndatabases = []\nmodels = []\n'


def make_project(root: Path, *, keeps_answers: bool = False) -> Project:
    """Write a project into a directory, and return it.

    Args:
        root: The directory.
        keeps_answers: Whether it keeps its databases and models in `pyproject.toml`.
    """
    files = {**FILES, "pyproject.toml": ANSWERS} if keeps_answers else FILES
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Project(root, "rotarran")


def read_files(root: Path) -> dict[str, bytes]:
    """Return the contents of all files in a directory, by their paths."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def change_file(project: Project, path: str, before: str, after: str) -> None:
    """Replace a part of a file, as a user would."""
    text = (project.root / path).read_text()
    assert before in text
    (project.root / path).write_text(text.replace(before, after))
