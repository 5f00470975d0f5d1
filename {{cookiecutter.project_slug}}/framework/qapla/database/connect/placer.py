"""Place databases by the settings of their application. Nothing connects."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL

from qapla.database.connect.options import check_options
from qapla.database.connect.pooler import direct_url, options_behind
from qapla.database.dialects import dialect_of
from qapla.database.places.destination import settle
from qapla.database.places.placement import Placed
from qapla.database.places.urls import check_names, is_file, parse
from qapla.exceptions import SettingsError
from qapla.settings import DatabaseSettings, Settings, SettingsLoader


class Placer:
    """The places of an application's databases.

    Args:
        settings: The settings of the application.
        sources: The sources of the settings, for messages.
        package: The package of the project, for the names of databases without a URL.
        var: The directory of the embedded server.
        tests: Whether the databases are for tests, which go to a server itself and to no pooler.
    """

    def __init__(
        self, settings: Settings, sources: SettingsLoader, package: str, var: Path, *, tests: bool
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._package = package
        self._var = var
        self._tests = tests

    def settings_of(self, name: str) -> DatabaseSettings:
        """Return the settings of a database."""
        return self._settings.databases.get(name) or DatabaseSettings()

    def has_reader(self, name: str, url: URL) -> bool:
        """Whether the reads of a database may run outside of a transaction."""
        return _has_reader(url, self.settings_of(name))

    def missing(self, name: str, *, managed: bool = True) -> dict[str, str]:
        """Return the variable that production lacks for a database, and the fault, if there is one."""
        in_production = self._settings.environment == "production"
        if not in_production or self._url_of(name, managed=managed) is not None:
            return {}
        variable = self._sources.variable("databases", name, "url")
        return {variable: f"database {name!r} has no URL, and production has no embedded server"}

    def place(self, name: str, *, managed: bool = True) -> Placed:
        """Return the place of a database.

        Args:
            name: The name of the database.
            managed: Whether migrations of the project make it. One without a URL is on the embedded
                server, which would have no tables of an unmanaged one but in tests.

        Raises:
            SettingsError: A URL is missing or wrong, or another setting leads elsewhere than the URL.
        """
        settings = self.settings_of(name)
        self._refuse_shown_values(name, settings)
        arguments = self._sources.source("databases", name, "options", "connect_args")
        default_url = None
        if settings.default_url is not None:
            setting = self._sources.source("databases", name, "default_url")
            default_url, _ = settle(parse(settings.default_url, setting), {}, setting, setting)
        found = self._url_of(name, managed=managed)
        if found is not None:
            setting, url = found
            url, options = settle(url, settings.options, setting, arguments)
            check_names(url, name)
            check_options(name, url, options, self._sources.source)
            placed = Placed(url, options, default_url=default_url)
            return placed if settings.pooler is None else self._behind_pooler(name, placed)
        if settings.pooler is not None:
            raise SettingsError(
                f"{self._sources.source('databases', name, 'pooler')} needs the URL of the pooler: set "
                f"the variable {self._sources.variable('databases', name, 'url')}"
            )
        url = URL.create(
            "postgresql+psycopg", username="postgres", database=f"{self._package}_{name}"
        )
        check_options(name, url, settings.options, self._sources.source)
        settled, options = settle(url, settings.options, f"database {name!r}", arguments)
        if settled.query.keys() - {"options"} or _names(settled) != _names(url):
            variable = self._sources.variable("databases", name, "url")
            raise SettingsError(
                f"{arguments} names a server, and database {name!r} has no URL, so that it is on the "
                f"embedded one: set the variable {variable} instead"
            )
        served = managed or self._tests
        unset = "" if served else self._sources.variable("databases", name, "url")
        return Placed(settled, options, self._var / "postgres", default_url, unset=unset)

    def _url_of(self, name: str, *, managed: bool) -> tuple[str, URL] | None:
        """Return the setting of a database's URL, and the URL: its own, or one on the server of all.

        An unmanaged database is where others have made it: but in tests it needs a URL of its own.

        Raises:
            SettingsError: The setting is no URL, or not that of a server.
        """
        own = self.settings_of(name).url
        if own is not None:
            setting = self._sources.source("databases", name, "url")
            return setting, parse(own, setting)
        if self._settings.server_url is None or not (managed or self._tests):
            return None
        setting = self._sources.source("server_url")
        url = parse(self._settings.server_url, setting)
        if url.database or is_file(url):
            raise SettingsError(
                f"{setting} names a database: write the URL of a server, such as "
                "postgresql+psycopg://user:password@host:5432"
            )
        return setting, url.set(database=f"{self._package}_{name}")

    def _refuse_shown_values(self, name: str, settings: DatabaseSettings) -> None:
        """Refuse values of statements in the log, and in errors, of production."""
        is_production = self._settings.environment == "production"
        if is_production and settings.options.get("hide_parameters") is False:
            raise SettingsError(
                f"{self._sources.source('databases', name, 'options', 'hide_parameters')} is wrong: "
                "production logs no values of statements, remove it"
            )

    def _behind_pooler(self, name: str, placed: Placed) -> Placed:
        """Return where a database is, reached through its pooler; tests go to the server itself."""
        source = self._sources.source
        direct = direct_url(name, placed.url, placed.default_url, source, self._sources.variable)
        options = options_behind(name, placed.options, source)
        if self._tests:
            return replace(placed, url=direct)
        return replace(placed, options=options, direct=direct)


def _names(url: URL) -> tuple[object, ...]:
    """Return the parts of a URL that say where a database is, and by which role it is reached."""
    return (url.username, url.host, url.port, url.database)


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
