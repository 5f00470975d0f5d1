"""Add a database: its declarative base, its migrations, and its place in the list."""

from qapla.exceptions import ScaffoldError
from qapla.scaffold.names.rules import check_database
from qapla.scaffold.project import DATABASES, Project
from qapla.scaffold.source.edit import annotate_class, append_section, append_to_list
from qapla.scaffold.source.rendering import render

_FILES = ("src/package/databases/database/__init__.py",)
_MIGRATIONS = ("migrations/database/env.py", "migrations/database/script.py.mako")
_FIRST = ("src/package/application/db.py",)


def add_database(project: Project, name: str, *, managed: bool = True) -> None:
    """Add a database at the end of the list.

    Args:
        project: The project.
        name: The name of the database.
        managed: Whether the project owns its schema, with migrations.

    Raises:
        Refused: A database may not have this name.
        ScaffoldError: The database or one of its files exists already.
    """
    check_database(name, project.package)
    known = project.databases()
    if name in known:
        raise ScaffoldError(f"database {name!r} exists already: choose another name")
    first = not known
    project.create(files(project, name, first=first, managed=managed))
    project.change(
        project.list_path,
        lambda text, path: append_to_list(text, DATABASES, item(name, managed=managed), path),
    )
    project.change(
        f"{project.source}/web/request.py",
        lambda text, path: annotate_class(text, "Request", name, "Session", path),
    )
    if managed:
        project.change(
            "alembic.ini", lambda text, path: _with_sections(text, path, name, first=first)
        )
    project.keep()


def files(project: Project, name: str, *, first: bool, managed: bool) -> dict[str, str]:
    """Return the files of a database by their paths.

    Args:
        project: The project.
        name: The name of the database.
        first: Whether it is the first one of the project.
        managed: Whether it has migrations.
    """
    return render(
        "database",
        _FILES + (_MIGRATIONS if managed else ()) + (_FIRST if first else ()),
        {"package": project.package, "database": name},
        {"package": project.package, "database": name, "first": first},
    )


def item(name: str, *, managed: bool) -> str:
    """Return the item of a database in the list, as source text."""
    return f'Database("{name}")' if managed else f'Database("{name}", managed=False)'


def sections(database: str, *, first: bool) -> dict[str, list[str]]:
    """Return the sections of a database in `alembic.ini`, with their lines."""
    location = [f"script_location = %(here)s/migrations/{database}", "path_separator = os"]
    names = ["alembic", database] if first else [database]
    return dict.fromkeys(names, location)


def _with_sections(text: str, path: str, database: str, *, first: bool) -> str:
    for name, lines in sections(database, first=first).items():
        text = append_section(text, name, lines, path)
    return text
