"""The application with databases: the one module that knows the order of things."""

from collections.abc import Iterable, Mapping
from itertools import permutations
from pathlib import Path

from sqlalchemy import URL

from qapla.app import TESTS, Application
from qapla.database.database import Database, Target
from qapla.database.options import check_options
from qapla.database.plugin import Databases
from qapla.database.url import (
    TEST_SUFFIX,
    check_names,
    parse,
    place,
    refuse_long,
    test_suffix,
    with_suffix,
)
from qapla.exceptions import DatabaseError, SettingsError
from qapla.settings import DatabaseSettings


class DatabaseApplication(Application):
    """An application with several databases, by name in `dbs`."""

    def __init__(self) -> None:
        super().__init__()
        self.dbs = Databases(lambda: self.not_prepared("databases"))

    def add_database_app(self, databases: Iterable[Database]) -> None:
        """Place the databases by the settings; for `append_app_plugins`. Nothing connects.

        Args:
            databases: Their descriptions, in order: the first is the default one.

        Raises:
            SettingsError: A URL is missing or wrong, or a database of the settings is unknown.
            DatabaseError: Two databases have one name, or reach the same schema.
        """
        described = list(databases)
        names = [database.name for database in described]
        for name in names:
            if names.count(name) > 1:
                raise DatabaseError(f"database {name!r} is listed twice: rename one of them")
        self.layers.refuse_unknown_databases(self.settings, names)
        urls = {database.name: self._url(database) for database in described}
        _refuse_shared_schema(urls)
        self.dbs.fill(
            database.at(self._target(database, *urls[database.name])) for database in described
        )

    def add_database_web(self) -> None:
        """Open sessions for requests, and render rows as JSON; for `append_web_plugins`."""
        # Imported here, as it imports Pyramid: whatever is not the web starts faster without it.
        from qapla.database.request import add_request_sessions
        from qapla.web.rendering import add_json_renderer

        add_request_sessions(self.config, self.dbs)
        add_json_renderer(self.config)
        self.config.registry["dbs"] = self.dbs

    def _forget(self) -> None:
        super()._forget()
        self.dbs.clear()

    def _url(self, database: Database) -> tuple[URL, Path | None]:
        """Return a database's URL and, without one, the embedded server's data directory."""
        secret = self._settings_of(database).url
        if secret is not None:
            url = parse(secret, self.layers.source("databases", database.name, "url"))
            check_names(url, database.name)
            return url, None
        if self.settings.environment == "production":
            variable = self.layers.variable("databases", database.name, "url")
            raise SettingsError(
                f"database {database.name!r} has no URL, and production has no embedded server: "
                f"set the variable {variable}"
            )
        name = f"{self.package}_{database.name}"
        url = URL.create("postgresql+psycopg", username="postgres", database=name)
        return url, self.paths["var"] / "postgres"

    def _target(self, database: Database, url: URL, embedded: Path | None) -> Target:
        settings = self._settings_of(database)
        check_options(database.name, url, settings.options, self.layers.source)
        if self.purpose == TESTS:
            url = with_suffix(url, test_suffix())
        refuse_long(url, database.name)
        default_url = None
        if settings.default_url is not None:
            setting = self.layers.source("databases", database.name, "default_url")
            default_url = parse(settings.default_url, setting)
        return Target(
            url=url,
            migrations=self.paths.setdefault(
                database.migrations_key, self.paths["root"] / "migrations" / database.name
            ),
            default_url=default_url,
            options=settings.options,
            embedded=embedded,
            creatable=self.settings.environment == "development",
            reader=_has_reader(url, settings),
        )

    def _settings_of(self, database: Database) -> DatabaseSettings:
        return self.settings.databases.get(database.name) or DatabaseSettings()


def _has_reader(url: URL, settings: DatabaseSettings) -> bool:
    """Tell whether a database has a reader.

    An isolation level of the user's own, and MariaDB's repeatable read, promise that two reads of a
    transaction see the same; a reader gives each statement a snapshot of its own.
    """
    isolated = "isolation_level" in {
        **settings.options,
        **settings.options.get("execution_options", {}),
    }
    if settings.reader is not None:
        return settings.reader and not isolated
    postgresql = url.get_backend_name() == "postgresql"
    return postgresql and not isolated and "poolclass" not in settings.options


def _refuse_shared_schema(urls: Mapping[str, tuple[URL, Path | None]]) -> None:
    """Refuse two databases on one schema, and one that is the test database of another.

    Autogenerate would drop the other's tables, and the tests would drop the database.
    """
    places = {name: (embedded, *place(url)) for name, (url, embedded) in urls.items()}
    tests = {
        name: (embedded, *place(with_suffix(url, TEST_SUFFIX)))
        for name, (url, embedded) in urls.items()
    }
    for one, other in permutations(urls, 2):
        if places[one] == places[other]:
            raise DatabaseError(
                f"databases {one!r} and {other!r} reach the same schema of the same server: "
                f"give {other!r} a database of its own"
            )
        if tests[one] == places[other]:
            raise DatabaseError(
                f"the tests of database {one!r} would drop database {other!r}, as theirs is called "
                f"{urls[other][0].database}: give {other!r} another name"
            )
