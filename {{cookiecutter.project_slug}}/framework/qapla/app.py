"""The application: settings first, then app plugins, then, for the web only, web plugins.

Importing a project has no side effects. Call the `run_...` method of the purpose at hand.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from qapla.exceptions import AlreadyPrepared, MissingSettings, NotPrepared, QaplaError
from qapla.logs.setup import configure_logging, send_events_to_logging_if_used
from qapla.project import caller_of_framework, home_of, root_of
from qapla.settings import Settings, SettingsLoader

_DOORS = "run_wsgi, run_worker, run_shell, run_command or run_tests"
TESTS = "tests"


class Application:
    """A project that is prepared once, for one purpose.

    A subclass says which plugins are on. Its package is the project's: it names the settings
    package beside the module of the class, and the prefix of the environment's variables.
    """

    settings_package: ClassVar[str | None] = None
    # The end of the names of databases and queues, where tests run in parallel.
    parallel_suffix: str = ""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._prepared_at: str | None = None
        self._is_provisional = False
        self.purpose: str | None = None
        self._settings: Settings | None = None
        self._paths: dict[str, Path] = {}
        # Probes beside those of the databases: each takes seconds, returns a text, or raises.
        self.probes: dict[str, Callable[[float], str]] = {}
        # What production lacks: the fault of each setting, by the name of its variable.
        self.missing: dict[str, str] = {}
        self._web_apps: dict[str, Any] = {}
        self.config: Any = None

    def __call__(self, global_config: Mapping[str, str] | None = None, **settings: Any) -> Any:
        """Return the WSGI application: the instance is a paste app factory.

        A wrong setting ends the process with one line, as `pserve` shows it.
        """
        try:
            return self.run_wsgi(global_config, **settings)
        except QaplaError as error:
            raise SystemExit(str(error)) from error

    def append_app_plugins(self) -> None:
        """Add the plugins of every purpose, which know nothing of Pyramid."""

    def append_web_plugins(self) -> None:
        """Add the plugins of the web; `self.config` is Pyramid's configurator."""

    def complete_web(self) -> None:
        """Add whatever gives way to the routes of the project; `append_web_plugins` has run."""

    def ask_workers(self, seconds: float) -> list[str]:
        """Return the names of the workers that answer; without Celery there are none.

        Args:
            seconds: The time in which workers answer.
        """
        return []

    def run_wsgi(self, global_config: Mapping[str, str] | None = None, **settings: Any) -> Any:
        """Prepare for the web and return the WSGI application.

        Args:
            global_config: The `[DEFAULT]` section of the ini file; it is not used.
            settings: The settings of Pyramid from the ini file.
        """
        # Imported here: whatever is not the web starts faster without it.
        from pyramid.config import Configurator

        self._prepare("wsgi")
        key = repr(sorted(settings.items()))
        with self._lock:
            if key not in self._web_apps:
                self.config = Configurator(settings=settings, package=self.package)
                self.append_web_plugins()
                self.complete_web()
                if self.purpose == TESTS:
                    send_events_to_logging_if_used()
                self._web_apps[key] = self.config.make_wsgi_app()
        return self._web_apps[key]

    def run_worker(self) -> Self:
        """Prepare for a process that runs tasks."""
        return self._prepare("worker")

    def run_shell(self) -> Self:
        """Prepare for an interactive shell."""
        return self._prepare("shell")

    def run_command(self) -> Self:
        """Prepare for a command or a script."""
        return self._prepare("command")

    def run_tests(self, suffix: str | None = None) -> Self:
        """Prepare for tests: the settings module `tests` has the last word.

        Args:
            suffix: The end of the names of databases and queues, such as `_gw0`, which tests that
                run in parallel need; by default that of the run of tests in this process.

        Raises:
            AlreadyPrepared: The instance was prepared for another purpose before.
        """
        if self.purpose is None or self._is_provisional:
            self.parallel_suffix = type(self).parallel_suffix if suffix is None else suffix
        return self._prepare(TESTS)

    @property
    def package(self) -> str:
        """Return the name of the project's package."""
        return type(self).__module__.partition(".")[0]

    @property
    def settings(self) -> Settings:
        """Return the settings.

        Raises:
            NotPrepared: No `run_...` method was called yet.
        """
        if self._settings is None:
            raise self.not_prepared("settings")
        return self._settings

    @property
    def paths(self) -> dict[str, Path]:
        """Return the directories of the project by name, as absolute paths.

        Raises:
            NotPrepared: No `run_...` method was called yet.
        """
        if self._settings is None:
            raise self.not_prepared("paths")
        return self._paths

    @property
    def settings_loader(self) -> SettingsLoader:
        """Return where the settings come from."""
        package = self.settings_package
        if package is None:
            package = f"{type(self).__module__.rpartition('.')[0]}.settings"
        return SettingsLoader(package, f"{self.package.upper()}_", home_of(self.package) / ".env")

    def not_prepared(self, what: str) -> NotPrepared:
        """Return the error about something that is used too early."""
        return NotPrepared(
            f"{type(self).__name__} has no {what} yet: call {_DOORS} of the application first"
        )

    def _prepare(self, purpose: str, *, provisional: bool = False) -> Self:
        """Prepare for a purpose, unless it is done.

        Args:
            purpose: The first purpose decides about the settings.
            provisional: Whether tests may still prepare anew, as nobody has called a `run_...` method.
        """
        with self._lock:
            if self.purpose is None:
                self._prepare_first(purpose)
                self._is_provisional = provisional
            elif purpose == TESTS != self.purpose and self._is_provisional:
                self._forget()
                self._prepare_first(purpose)
                self._is_provisional = False
            elif purpose == TESTS != self.purpose:
                raise AlreadyPrepared(
                    f"{type(self).__name__} is prepared for {self.purpose!r} already, "
                    f"at {self._prepared_at}: call run_tests before it"
                )
            else:
                self._is_provisional = self._is_provisional and provisional
        return self

    def _prepare_first(self, purpose: str) -> None:
        self.purpose = purpose
        try:
            root, home = root_of(self.package), home_of(self.package)
            # Relative in a checkout, where a root of the user's own moves it too.
            var = Path("var") if home == root else home / "var"
            base = {"paths": {"root": root, "var": var}}
            settings = self.settings_loader.load(base, tests=purpose == TESTS)
            self._settings = settings
            root = root / settings.paths["root"]
            self._paths = {name: root / path for name, path in settings.paths.items()}
            self._paths.setdefault("heartbeats", self._paths["var"] / "heartbeats")
            # In tests pytest owns the handlers: to replace them would blind `caplog`.
            if settings.logging and purpose != TESTS:
                configure_logging(settings.logging, self.settings_loader.source)
            self._append_app_plugins()
            if purpose == TESTS:
                send_events_to_logging_if_used()
        except BaseException:
            self._forget()
            raise
        self._prepared_at = caller_of_framework()

    def _append_app_plugins(self) -> None:
        """Add the plugins, and refuse the settings that they miss, all of them at once.

        Raises:
            MissingSettings: Production lacks settings.
        """
        try:
            self.append_app_plugins()
        except QaplaError:
            # A plugin may need what an earlier one has not got.
            if not self.missing:
                raise
        if self.missing:
            raise MissingSettings(self.missing)

    def _forget(self) -> None:
        """Take back a preparation that failed or was provisional: the next one begins anew."""
        self.purpose = None
        self.missing.clear()
        self._settings = None
        self._paths = {}
