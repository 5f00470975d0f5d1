"""Fixtures of applications: the sample with its tables, and a project that a test writes."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qapla.app import Application
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Place the databases of the sample in files of this test; return their directory."""
    for name in ("main", "analytics"):
        variable = f"QAPLA_SAMPLE_DATABASES__{name.upper()}__URL"
        monkeypatch.setenv(variable, f"sqlite:///{tmp_path}/{name}.db")
    return tmp_path


@pytest.fixture
def make_sample(sqlite: Path) -> Iterator[Callable[..., Any]]:
    """Return a maker of applications of the sample, with tables, each given more web plugins."""
    from qapla_sample.application.app import SampleApplication
    from qapla_sample.databases.analytics.event import Event
    from qapla_sample.databases.main.ship import Ship

    made: list[SampleApplication] = []

    def make(*plugins: Callable[[Any], None]) -> SampleApplication:
        class Extended(SampleApplication):
            __module__ = SampleApplication.__module__

            def append_web_plugins(self) -> None:
                super().append_web_plugins()
                for plugin in plugins:
                    plugin(self.config)

        application = Extended().run_command()
        made.append(application)
        Ship.metadata.create_all(application.dbs["main"].engine)
        Event.metadata.create_all(application.dbs["analytics"].engine)
        return application

    yield make
    for application in made:
        for database in application.dbs.values():
            database.dispose()


@pytest.fixture
def sample(make_sample: Callable[..., Any]) -> Any:
    """Return an application of the sample on SQLite, prepared and with its tables."""
    return make_sample()


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test, and the runs inside it, as outside of any worker of pytest-xdist."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Application, "parallel_suffix", "")


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_worker: None
) -> Iterator[Callable[..., DatabaseApplication]]:
    """Return a writer of a project `probe`, which gives its application, unprepared."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in list(os.environ):
        if name.startswith("PROBE_"):
            monkeypatch.delenv(name)

    def write(
        default: str | None = "SETTINGS = {}",
        tests: str | None = "SETTINGS = {}",
        dotenv: str = "",
        databases: tuple[str, ...] = ("main", "analytics"),
        unmanaged: tuple[str, ...] = (),
    ) -> DatabaseApplication:
        settings = tmp_path / "probe" / "application" / "settings"
        settings.mkdir(parents=True, exist_ok=True)
        for package in (settings, settings.parent, settings.parent.parent):
            (package / "__init__.py").touch()
        for name, source in (("default", default), ("tests", tests)):
            if source is not None:
                (settings / f"{name}.py").write_text(source)
        (tmp_path / "alembic.ini").touch()
        (tmp_path / ".env").write_text(dotenv)
        _forget("probe")

        class ProbeApplication(DatabaseApplication):
            __module__ = "probe.application.app"

            def append_app_plugins(self) -> None:
                ours = [Database(name, f"migrations_{name}") for name in databases]
                self.add_database_app([*ours, *(Database(n, managed=False) for n in unmanaged)])

            def append_web_plugins(self) -> None:
                self.add_database_web()

        return ProbeApplication()

    yield write
    _forget("probe")


def _forget(package: str) -> None:
    for name in list(sys.modules):
        if name.split(".")[0] == package:
            del sys.modules[name]
    importlib.invalidate_caches()
