"""The application with databases: the one module that knows the order of things."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from qapla.app import TESTS, Application
from qapla.database.connect.placer import Placer
from qapla.database.database import Database
from qapla.database.migrations.models import import_models, is_package
from qapla.database.places.placement import (
    Placed,
    namesakes,
    neighbours,
    refuse_shared,
    url_for_tests,
)
from qapla.database.places.target import Instrument, Target
from qapla.database.places.urls import TEST_SUFFIX, refuse_long
from qapla.database.registry import Databases
from qapla.exceptions import DatabaseError
from qapla.ops.instruments import instruments


class DatabaseApplication(Application):
    """An application with several databases, by name in `dbs`."""

    def __init__(self) -> None:
        super().__init__()
        self.dbs = Databases(lambda: self.not_prepared("databases"))
        # Functions that are called with each engine, its database's name and the options.
        self.instruments: list[Instrument] = []

    def add_database_app(self, databases: Iterable[Database]) -> None:
        """Place the databases by the settings; for `append_app_plugins`. Nothing connects.

        The URLs that production lacks are refused after the last plugin, with all else that is missing.

        Args:
            databases: Their descriptions, in order: the first is the default one.

        Raises:
            SettingsError: A URL is wrong, another setting leads elsewhere than the URL, or
                a database of the settings is unknown.
            DatabaseError: Two databases have one name, one schema or one directory of migrations, or
                an unmanaged one has a key of migrations.
        """
        described = list(databases)
        names = [database.name for database in described]
        for name in names:
            if names.count(name) > 1:
                raise DatabaseError(f"database {name!r} is listed twice: rename one of them")
        self.settings_loader.refuse_unknown_databases(self.settings, names)
        placer = Placer(
            self.settings,
            self.settings_loader,
            self.package,
            self.paths["var"],
            tests=self.purpose == TESTS,
        )
        for database in described:
            self.missing |= placer.missing(database.name, managed=database.managed)
        if self.missing:
            return
        placed = {
            database.name: placer.place(database.name, managed=database.managed)
            for database in described
        }
        refuse_shared(placed)
        self.instruments = list(instruments(self))
        complete = [
            self._complete(database, first=database is described[0]) for database in described
        ]
        self._refuse_shared_migrations(database for database in complete if database.managed)
        self.dbs.fill(database.at(self._target(database, placed, placer)) for database in complete)
        for database in complete:
            if database.models is not None:
                import_models(database.name, database.models)

    def add_database_web(self) -> None:
        """Open sessions for requests, log them, answer probes, render JSON, check hosts and origins.

        For `append_web_plugins`.
        """
        # Imported here, as it imports Pyramid: whatever is not the web starts faster without it.
        from qapla.web.plugin import add_web

        add_web(self)

    def complete_web(self) -> None:
        """Add the status page, where it is on and the project has no page of its own at `/`."""
        super().complete_web()
        if self._shows_status and "dbs" in self.config.registry:
            from qapla.web.status import add_status

            add_status(self)

    def instrument(self, instrument: Instrument) -> None:
        """Call a function with each engine: those that are made already, and those of later.

        Args:
            instrument: It takes the engine, the name of its database, and the options.
        """
        self.instruments.append(instrument)
        for name, database in self.dbs.items():
            if database.connections.is_open:
                instrument(database.connections.engine, name, database.target.options)

    @property
    def _shows_status(self) -> bool:
        """Whether the status page is on; by default tests see the application of production."""
        if self.settings.status_page is not None:
            return self.settings.status_page
        return self.settings.environment == "development" and self.purpose != TESTS

    def _complete(self, database: Database, *, first: bool) -> Database:
        """Return a description that names its package of models, and its directory of migrations."""
        default = f"{self.package}.databases.{database.name}"
        models = database.models or (default if is_package(default) else None)
        if not database.managed:
            if database.migrations_key is not None:
                raise DatabaseError(
                    f"database {database.name!r} is not managed by this project, and has a key of "
                    f"migrations, {database.migrations_key!r}: leave one of them out"
                )
            return Database(database.name, models=models, managed=False)
        key = "migrations" if first else f"migrations_{database.name}"
        return Database(database.name, database.migrations_key or key, models)

    def _forget(self) -> None:
        super()._forget()
        self.dbs.clear()

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

    def _target(self, database: Database, placed: Mapping[str, Placed], placer: Placer) -> Target:
        """Return where a database is, for the purpose of the application."""
        here = placed[database.name]
        development = self.settings.environment == "development"
        target = Target(
            url=here.url,
            migrations=self.paths[str(database.migrations_key)] if database.managed else None,
            default_url=here.default_url,
            options=dict(here.options),
            direct=here.direct,
            embedded=here.embedded,
            embedded_setting=f"the variable {self.settings_loader.variable('paths', 'var')}",
            alembic_ini=_existing(self.paths["root"] / "alembic.ini"),
            creatable=development and database.managed,
            # In production the dependencies of development would be installed otherwise.
            run="uv run" if development else "uv run --no-dev",
            reader=placer.has_reader(database.name, here.url),
            url_variable=self.settings_loader.variable("databases", database.name, "url"),
            unset=here.unset,
            slow_seconds=placer.settings_of(database.name).slow_statement_seconds,
            package=self.package,
            instruments=self.instruments,
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
        """Return a database for another purpose, which is only asked."""
        target = Target(
            url=there.url,
            default_url=there.default_url,
            embedded=there.embedded,
            direct=there.direct,
        )
        return Database(name, managed=False).at(target)


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
