"""The application with databases: the one module that knows the order of things."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL

from qapla.app import TESTS, Application
from qapla.database.database import Database, Target
from qapla.database.plugin import Databases
from qapla.database.request import add_request_sessions
from qapla.database.url import TEST_SUFFIX, check_names, parse, place, with_suffix
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
        placed = [database.at(self._target(database)) for database in described]
        _refuse_shared_schema(placed)
        self.dbs.fill(placed)

    def add_database_web(self) -> None:
        """Give requests their sessions; for `append_web_plugins`."""
        add_request_sessions(self.config, self.dbs)
        self.config.registry["dbs"] = self.dbs

    def _forget(self) -> None:
        super()._forget()
        self.dbs.clear()

    def _target(self, database: Database) -> Target:
        settings = self.settings.databases.get(database.name) or DatabaseSettings()
        url, embedded = self._url(database, settings.url)
        check_names(url, database.name)
        tests = self.purpose == TESTS
        default_url = None
        if settings.default_url is not None:
            setting = self.layers.source("databases", database.name, "default_url")
            default_url = parse(settings.default_url, setting)
        return Target(
            url=with_suffix(url, TEST_SUFFIX) if tests else url,
            migrations=self.paths.setdefault(
                database.migrations_key, self.paths["root"] / "migrations" / database.name
            ),
            default_url=default_url,
            options=settings.options,
            embedded=embedded,
            creatable=self.settings.environment == "development",
        )

    def _url(self, database: Database, secret: SecretStr | None) -> tuple[URL, Path | None]:
        """Return a database's URL and, without one, the embedded server's data directory."""
        if secret is not None:
            return parse(secret, self.layers.source("databases", database.name, "url")), None
        if self.settings.environment == "production":
            variable = self.layers.variable("databases", database.name, "url")
            raise SettingsError(
                f"database {database.name!r} has no URL, and production has no embedded server: "
                f"set the variable {variable}"
            )
        name = f"{self.package}_{database.name}"
        url = URL.create("postgresql+psycopg", username="postgres", database=name)
        return url, self.paths["var"] / "postgres"


def _refuse_shared_schema(databases: list[Database]) -> None:
    """Refuse two databases on one schema: autogenerate would drop the other's tables."""
    places: dict[tuple[object, ...], str] = {}
    for database in databases:
        target = database.target
        at = (target.embedded, *place(target.url))
        if (other := places.setdefault(at, database.name)) != database.name:
            raise DatabaseError(
                f"databases {other!r} and {database.name!r} reach the same schema of the same "
                f"server: give {database.name!r} a database of its own"
            )
