"""The application with databases: the one module that knows the order of things."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL

from qapla.app import TESTS, Application
from qapla.database.connect.options import check_options
from qapla.database.connect.pooler import direct_url, options_behind
from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.database.migrations.models import import_models, is_package
from qapla.database.places.destination import settle
from qapla.database.places.placement import (
    Placed,
    namesakes,
    neighbours,
    refuse_shared,
    url_for_tests,
)
from qapla.database.places.target import Target
from qapla.database.places.urls import TEST_SUFFIX, check_names, parse, refuse_long
from qapla.database.registry import Databases
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
            SettingsError: A URL is missing or wrong, another setting leads elsewhere than the URL, or
                a database of the settings is unknown.
            DatabaseError: Two databases have one name, one schema or one directory of migrations.
        """
        described = list(databases)
        names = [database.name for database in described]
        for name in names:
            if names.count(name) > 1:
                raise DatabaseError(f"database {name!r} is listed twice: rename one of them")
        self.settings_loader.refuse_unknown_databases(self.settings, names)
        placed = {database.name: self._placed(database.name) for database in described}
        refuse_shared(placed)
        keyed = [_with_key(database, first=database is described[0]) for database in described]
        self._refuse_shared_migrations(keyed)
        self.dbs.fill(database.at(self._target(database, placed)) for database in keyed)
        for database in described:
            self._import_models(database)

    def add_database_web(self) -> None:
        """Open sessions for requests, and render rows as JSON; for `append_web_plugins`."""
        # Imported here, as it imports Pyramid: whatever is not the web starts faster without it.
        from qapla.web.rendering import add_json_renderer
        from qapla.web.sessions import add_request_sessions

        add_request_sessions(self.config, self.dbs)
        add_json_renderer(self.config)
        self.config.registry["dbs"] = self.dbs

    def _import_models(self, database: Database) -> None:
        """Import the models of a database, as they refer to each other by name."""
        default = f"{self.package}.databases.{database.name}"
        package = database.models or (default if is_package(default) else None)
        if package is not None:
            import_models(database.name, package)

    def _forget(self) -> None:
        super()._forget()
        self.dbs.clear()

    def _placed(self, name: str) -> Placed:
        """Return where the settings place a database."""
        settings = self._settings_of(name)
        arguments = self.settings_loader.source("databases", name, "options", "connect_args")
        default_url = None
        if settings.default_url is not None:
            setting = self.settings_loader.source("databases", name, "default_url")
            default_url, _ = settle(parse(settings.default_url, setting), {}, setting, setting)
        if settings.url is not None:
            setting = self.settings_loader.source("databases", name, "url")
            url = parse(settings.url, setting)
            url, options = settle(url, settings.options, setting, arguments)
            check_names(url, name)
            check_options(name, url, options, self.settings_loader.source)
            placed = Placed(url, options, default_url=default_url)
            return placed if settings.pooler is None else self._behind_pooler(name, placed)
        if settings.pooler is not None:
            raise SettingsError(
                f"{self.settings_loader.source('databases', name, 'pooler')} needs the URL of the pooler: set "
                f"the variable {self.settings_loader.variable('databases', name, 'url')}"
            )
        if self.settings.environment == "production":
            variable = self.settings_loader.variable("databases", name, "url")
            raise SettingsError(
                f"database {name!r} has no URL, and production has no embedded server: "
                f"set the variable {variable}"
            )
        url = URL.create(
            "postgresql+psycopg", username="postgres", database=f"{self.package}_{name}"
        )
        check_options(name, url, settings.options, self.settings_loader.source)
        settled, options = settle(url, settings.options, f"database {name!r}", arguments)
        if settled.query.keys() - {"options"} or _names(settled) != _names(url):
            variable = self.settings_loader.variable("databases", name, "url")
            raise SettingsError(
                f"{arguments} names a server, and database {name!r} has no URL, so that it is on the "
                f"embedded one: set the variable {variable} instead"
            )
        return Placed(settled, options, self.paths["var"] / "postgres", default_url)

    def _behind_pooler(self, name: str, placed: Placed) -> Placed:
        """Return where a database is, reached through its pooler; tests go to the server itself."""
        source = self.settings_loader.source
        direct = direct_url(
            name, placed.url, placed.default_url, source, self.settings_loader.variable
        )
        options = options_behind(name, placed.options, source)
        if self.purpose == TESTS:
            return replace(placed, url=direct)
        return replace(placed, options=options, direct=direct)

    def _refuse_shared_migrations(self, databases: Iterable[Database]) -> None:
        """Place the migrations of each database, and refuse two in one directory.

        Raises:
            DatabaseError: Two databases would run the same migrations.
        """
        owners: dict[Path, Database] = {}
        for database in databases:
            key = str(database.migrations_key)
            default = self.paths["root"] / "migrations" / database.name
            path = self.paths.setdefault(key, default)
            other = owners.setdefault(path.resolve(), database)
            if other is database:
                continue
            remedy = f"set {self.settings_loader.variable('paths', key)} to another one"
            if key == other.migrations_key:
                name = other.name if key == f"migrations_{database.name}" else database.name
                remedy = f"write Database({name!r}, 'migrations_{name}')"
            raise DatabaseError(
                f"databases {other.name!r} and {database.name!r} have one directory of migrations, "
                f"{path}: {remedy}"
            )

    def _target(self, database: Database, placed: Mapping[str, Placed]) -> Target:
        """Return where a database is, for the purpose of the application."""
        here, settings = placed[database.name], self._settings_of(database.name)
        development = self.settings.environment == "development"
        target = Target(
            url=here.url,
            migrations=self.paths[str(database.migrations_key)],
            default_url=here.default_url,
            options=dict(here.options),
            direct=here.direct,
            embedded=here.embedded,
            embedded_setting=f"the variable {self.settings_loader.variable('paths', 'var')}",
            alembic_ini=_existing(self.paths["root"] / "alembic.ini"),
            creatable=development,
            # In production the dependencies of development would be installed otherwise.
            run="uv run" if development else "uv run --no-dev",
            reader=_has_reader(here.url, settings),
        )
        if self.purpose == TESTS:
            url = url_for_tests(database.name, placed, TEST_SUFFIX + self.parallel_suffix)
            others = tuple(self._namesake(name, placed[name]) for name in namesakes(url, placed))
            target = replace(target, url=url, tests=True, namesakes=others)
        else:
            target = replace(target, neighbours=neighbours(database.name, placed))
        refuse_long(target.url, database.name)
        return target

    def _namesake(self, name: str, there: Placed) -> Database:
        """Return a database for another purpose, which has no migrations here: it is only asked."""
        target = Target(
            url=there.url,
            migrations=self.paths["root"],
            default_url=there.default_url,
            embedded=there.embedded,
            direct=there.direct,
        )
        return Database(name).at(target)

    def _settings_of(self, name: str) -> DatabaseSettings:
        return self.settings.databases.get(name) or DatabaseSettings()


def _names(url: URL) -> tuple[object, ...]:
    """Return the parts of a URL that say where a database is, and by which role it is reached."""
    return (url.username, url.host, url.port, url.database)


def _with_key(database: Database, *, first: bool) -> Database:
    """Return a description that names its directory of migrations."""
    key = "migrations" if first else f"migrations_{database.name}"
    return Database(database.name, database.migrations_key or key, database.models)


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _has_reader(url: URL, settings: DatabaseSettings) -> bool:
    """Whether a database has a reader.

    An isolation level of the user's own, and MariaDB's repeatable read, promise that two reads of a
    transaction see the same; a reader gives each statement a snapshot of its own.
    """
    isolated = "isolation_level" in {
        **settings.options,
        **settings.options.get("execution_options", {}),
    }
    if settings.reader is not None:
        return settings.reader and not isolated
    committed = dialect_of(url.get_backend_name()).reads_committed
    return committed and not isolated and "poolclass" not in settings.options
