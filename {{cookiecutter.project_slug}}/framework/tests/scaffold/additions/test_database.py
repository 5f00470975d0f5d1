"""Databases that are added to a project."""

from collections.abc import Callable

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.database import add_database
from qapla.scaffold.project import Project

from support.stamping import add_databases, write

LIST = "src/rotarran/databases/__init__.py"
Written = Callable[[], dict[str, str]]


def test_new_and_changed_files_are_listed(project: Project) -> None:
    """Their paths are relative to the project."""
    assert write(project, add_database, "main") == [
        "alembic.ini",
        "migrations/main/env.py",
        "migrations/main/script.py.mako",
        "src/rotarran/application/db.py",
        LIST,
        "src/rotarran/databases/main/__init__.py",
        "src/rotarran/web/request.py",
    ]


def test_the_request_has_a_typed_session_of_each_database(
    project: Project, written: Written
) -> None:
    """A database called `database` has its annotation already."""
    for name in ("main", "database", "audit"):
        add_databases(project, name)
    assert written()["src/rotarran/web/request.py"] == (
        "class Request:\n    database: Session\n    main: Session\n    audit: Session\n"
    )


def test_each_database_has_its_own_migrations(project: Project, written: Written) -> None:
    """The first database has the section `[alembic]` besides."""
    add_databases(project, "main")
    add_databases(project, "audit")
    files = written()
    assert files[LIST] == 'DATABASES = [\n    Database("main"),\n    Database("audit"),\n]\n'
    assert "[alembic]\nscript_location = %(here)s/migrations/main" in files["alembic.ini"]
    assert "[audit]\nscript_location = %(here)s/migrations/audit" in files["alembic.ini"]


def test_the_environment_and_the_first_base_are_those_of_the_contract(
    project: Project, written: Written
) -> None:
    """Projects that were written by hand have these files letter by letter."""
    add_databases(project, "main")
    files = written()
    assert files["migrations/main/env.py"] == (
        '"""The Alembic environment of main."""\n\n'
        "from qapla.database.env import AlembicEnv\n\n"
        "from rotarran import main\n"
        "from rotarran.application.db import Model\n\n"
        'AlembicEnv(main, Model, "main").run()\n'
    )
    assert files["src/rotarran/application/db.py"] == (
        '"""The declarative base of the first database."""\n\n'
        "from rotarran.databases.main import Model\n\n"
        '__all__ = ["Model"]\n'
    )


def test_an_existing_database_is_an_error(project: Project, written: Written) -> None:
    """A file that only looks like one is not overwritten either."""
    add_databases(project, "main")
    with pytest.raises(ScaffoldError) as caught:
        add_databases(project, "main")
    assert str(caught.value) == "database 'main' exists already: choose another name"
    (project.root / "migrations/audit").mkdir(parents=True)
    (project.root / "migrations/audit/env.py").write_text("mine")
    before = written()
    with pytest.raises(ScaffoldError) as caught:
        add_databases(project, "audit")
    assert str(caught.value) == "migrations/audit/env.py exists already: move it away first"
    assert written() == before
