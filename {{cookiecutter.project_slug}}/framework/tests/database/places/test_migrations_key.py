"""Each database has a directory of migrations of its own, by a key that follows from its name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.exceptions import DatabaseError

Project = Callable[..., DatabaseApplication]


def test_two_databases_with_one_directory_of_migrations(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each would run the migrations of the other; a link is the directory that it leads to."""
    (tmp_path / "sql").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "sql", target_is_directory=True)
    monkeypatch.setenv("PROBE_PATHS__MIGRATIONS_MAIN", "sql")
    monkeypatch.setenv("PROBE_PATHS__MIGRATIONS_ANALYTICS", "link")
    with pytest.raises(DatabaseError) as caught:
        project().run_command()
    assert str(caught.value) == (
        f"databases 'main' and 'analytics' have one directory of migrations, {tmp_path}/link: "
        "set PROBE_PATHS__MIGRATIONS_ANALYTICS to another one"
    )


class Described:
    """Applications whose databases are described with and without keys."""

    def __init__(self, project: Project) -> None:
        self._class = type(project())

    def with_databases(self, *databases: Database) -> DatabaseApplication:
        """Return an application with databases, prepared."""

        def append(application: DatabaseApplication) -> None:
            application.add_database_app(databases)

        made = type("Described", (self._class,), {"append_app_plugins": append})
        made.__module__ = self._class.__module__
        application: DatabaseApplication = made().run_command()
        return application


def test_the_key_of_the_migrations_follows_from_the_name(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`migrations` is the first database's, and `migrations_<name>` that of any other one."""
    monkeypatch.setenv("PROBE_PATHS__MIGRATIONS_CREW", "sql/crew")
    application = Described(project).with_databases(
        Database("main"), Database("crew"), Database("fleet", "ships")
    )
    targets = [database.target.migrations for database in application.dbs.values()]
    expected = ["migrations/main", "sql/crew", "migrations/fleet"]
    assert targets == [tmp_path / path for path in expected]
    assert application.paths["migrations_crew"] == tmp_path / "sql" / "crew"
    assert application.paths["ships"] == tmp_path / "migrations" / "fleet"


@pytest.mark.parametrize(
    ("main", "crew", "written"),
    [
        (Database("main", "migrations"), Database("crew", "migrations"), "crew"),
        (Database("main"), Database("crew", "migrations"), "crew"),
        (Database("main", "migrations_crew"), Database("crew"), "main"),
    ],
)
def test_two_databases_with_one_key(
    project: Project, main: Database, crew: Database, written: str
) -> None:
    """The error says which key to write."""
    with pytest.raises(DatabaseError) as caught:
        Described(project).with_databases(main, crew)
    told, _, remedy = str(caught.value).rpartition(": ")
    assert told.startswith("databases 'main' and 'crew' have one directory of migrations, /")
    assert remedy == f"write Database({written!r}, 'migrations_{written}')"
