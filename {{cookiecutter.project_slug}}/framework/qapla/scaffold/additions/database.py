"""Add a database: its declarative base, its migrations, and its place in the list."""

from qapla.exceptions import ScaffoldError
from qapla.scaffold.names.rules import check_database
from qapla.scaffold.project import DATABASES, Project
from qapla.scaffold.source.edit import annotate_class, append_section, append_to_list
from qapla.scaffold.source.rendering import render

_FILES = (
    "migrations/database/env.py",
    "migrations/database/script.py.mako",
    "src/package/databases/database/__init__.py",
)
_FIRST = ("src/package/application/db.py",)


def add_database(project: Project, name: str) -> list[str]:
    """Add a database at the end of the list.

    Args:
        project: The project.
        name: The name of the database.

    Returns:
        The paths of the files that are new or changed, relative to the project.

    Raises:
        Refused: A database may not have this name.
        ScaffoldError: The database or one of its files exists already.
    """
    check_database(name, project.package)
    known = project.databases()
    if name in known:
        raise ScaffoldError(f"database {name!r} exists already: choose another name")
    first = not known
    new = render(
        "database",
        _FILES + (_FIRST if first else ()),
        {"package": project.package, "database": name},
        {"package": project.package, "database": name, "first": first},
    )
    changes = {
        f"{project.source}/databases/__init__.py": lambda text, path: append_to_list(
            text, DATABASES, f'Database("{name}")', path
        ),
        f"{project.source}/web/request.py": lambda text, path: annotate_class(
            text, "Request", name, "Session", path
        ),
        "alembic.ini": lambda text, path: _with_sections(text, path, name, first=first),
    }
    return project.write(new, changes)


def _with_sections(text: str, path: str, database: str, *, first: bool) -> str:
    location = [f"script_location = %(here)s/migrations/{database}", "path_separator = os"]
    if first:
        text = append_section(text, "alembic", location, path)
    return append_section(text, database, location, path)
