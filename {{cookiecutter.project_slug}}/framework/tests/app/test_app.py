"""The phases of an application, each of which happens once, in their order."""

import inspect
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import (
    AlreadyPrepared,
    NotPrepared,
    SettingsError,
    UnknownDatabase,
)

from qapla_sample.application.app import SampleApplication

Project = Callable[..., DatabaseApplication]

Make = Callable[..., SampleApplication]

FIRST = "call run_wsgi, run_worker, run_shell, run_command or run_tests of the application first"


def test_importing_a_project_reads_and_starts_nothing(sample_var: Any) -> None:
    """An import loads no settings, no driver, no embedded server."""
    command = [sys.executable, "-W", "ignore", "-m", "programs.import_sample"]
    path = {"PYTHONPATH": ":".join(sys.path), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    printed = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
    assert printed.stdout == "None\n"


def test_making_an_application_reads_nothing(project: Project) -> None:
    """A wrong setting shows when the application is prepared, and not before."""
    application = project("1 / 0")
    assert application.purpose is None
    with pytest.raises(SettingsError):
        application.run_command()


def test_preparing_connects_to_nothing(sample_var: Any) -> None:
    """Neither an engine nor the embedded server is there until a database is used."""
    application = SampleApplication().run_command()
    assert [database.connections.is_open for database in application.dbs.values()] == [False, False]


@pytest.mark.parametrize(
    "access",
    [
        lambda dbs: dbs["main"],
        lambda dbs: dbs["no_such"],
        lambda dbs: dbs.get("main"),
        lambda dbs: "main" in dbs,
        lambda dbs: list(dbs),
        lambda dbs: len(dbs),
        lambda dbs: bool(dbs),
        lambda dbs: dbs.keys() and list(dbs.keys()),
        lambda dbs: list(dbs.values()),
        lambda dbs: list(dbs.items()),
        lambda dbs: dbs == {},
        lambda dbs: dbs.first,
    ],
)
def test_databases_before_preparation(access: Callable[[Any], Any]) -> None:
    """Every access to the databases says which methods prepare the application."""
    with pytest.raises(NotPrepared) as caught:
        access(SampleApplication().dbs)
    assert str(caught.value) == f"SampleApplication has no databases yet: {FIRST}"


@pytest.mark.parametrize("name", ["settings", "paths"])
def test_settings_before_preparation(name: str) -> None:
    """The settings and the paths name the same methods."""
    with pytest.raises(NotPrepared) as caught:
        getattr(SampleApplication(), name)
    assert str(caught.value) == f"SampleApplication has no {name} yet: {FIRST}"


def test_databases_are_in_their_order(sample: SampleApplication) -> None:
    """The databases are a mapping in the order of the list, and the first is the default."""
    assert list(sample.dbs) == ["main", "analytics"]
    assert sample.dbs.first is sample.dbs["main"]
    assert "no_such" not in sample.dbs


def test_an_unknown_database(sample: SampleApplication) -> None:
    """An unknown name lists the known ones, also for those who catch KeyError."""
    with pytest.raises(UnknownDatabase) as caught:
        sample.dbs["mian"]
    assert isinstance(caught.value, KeyError)
    assert str(caught.value) == "there is no database 'mian'; known: main, analytics"


@pytest.mark.parametrize("purpose", ["worker", "shell", "command", "tests"])
def test_each_purpose_has_one_way_in(purpose: str) -> None:
    """A `run_...` method prepares for its purpose and returns the application."""
    application = SampleApplication()
    assert getattr(application, f"run_{purpose}")() is application
    assert application.purpose == purpose


def test_web_plugins_are_for_the_web_only(sample: SampleApplication) -> None:
    """Pyramid is configured when the web is asked for, in a prepared application."""
    database = sample.dbs["main"]
    configurators = [sample.config]
    sample.run_wsgi()
    assert configurators == [None]
    assert sample.config.registry["dbs"] is sample.dbs
    assert sample.dbs["main"] is database


def test_a_second_run_keeps_the_settings_of_the_first(
    sample: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first preparation fixes the settings: later changes of the environment are not read."""
    settings, database = sample.settings, sample.dbs["main"]
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "nonsense")
    sample.run_worker()
    sample.run_shell()
    assert sample.settings is settings
    assert sample.dbs["main"] is database


def test_run_wsgi_again_gives_the_same_web_application(sample: SampleApplication) -> None:
    """The web application is made once for the same settings of Pyramid."""
    assert sample.run_wsgi() is sample.run_wsgi()
    other: dict[str, Any] = {"pyramid.includes": []}
    assert sample.run_wsgi(**other) is not sample.run_wsgi()


def test_run_tests_after_another_purpose_says_where_that_happened() -> None:
    """Tests never run on databases that were prepared for something else."""
    application = SampleApplication()
    frame = inspect.currentframe()
    assert frame is not None
    application.run_command()
    place = f"{__file__}, line {frame.f_lineno - 1}"
    with pytest.raises(AlreadyPrepared) as caught:
        application.run_tests()
    assert str(caught.value) == (
        f"SampleApplication is prepared for 'command' already, at {place}: call run_tests before it"
    )


@pytest.mark.usefixtures("no_worker")
def test_run_wsgi_after_run_tests_serves_the_databases_of_the_tests(sqlite: Any) -> None:
    """The name of every database stays the one with `_test`."""
    application = SampleApplication().run_tests()
    application.run_wsgi()
    names = [database.target.url.database for database in application.dbs.values()]
    assert names == [f"{sqlite}/main_test.db", f"{sqlite}/analytics_test.db"]
    assert application.run_tests() is application


def test_two_threads_prepare_once() -> None:
    """A second thread waits for the first one's preparation."""
    calls: list[int] = []

    class Slow(SampleApplication):
        __module__ = SampleApplication.__module__

        def append_app_plugins(self) -> None:
            calls.append(threading.get_ident())
            time.sleep(0.05)
            super().append_app_plugins()

    application = Slow()
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(application.run_worker().dbs)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(calls), found) == (1, [2, 2, 2, 2])


def test_a_preparation_that_failed_can_be_tried_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed preparation leaves nothing behind, not even its purpose."""
    application = project()
    monkeypatch.setenv("PROBE_ENVIRONMENT", "nonsense")
    with pytest.raises(SettingsError):
        application.run_command()
    with pytest.raises(NotPrepared):
        application.dbs["main"]
    monkeypatch.delenv("PROBE_ENVIRONMENT")
    assert len(application.run_tests().dbs) == 2


def test_an_app_plugin_that_failed_leaves_no_databases() -> None:
    """The preparation before the failure is taken back."""

    class Failing(SampleApplication):
        __module__ = SampleApplication.__module__

        def append_app_plugins(self) -> None:
            super().append_app_plugins()
            raise RuntimeError("failed")

    application = Failing()
    with pytest.raises(RuntimeError):
        application.run_command()
    with pytest.raises(NotPrepared):
        _ = application.settings
    with pytest.raises(NotPrepared):
        len(application.dbs)


def test_a_web_plugin_that_failed_can_be_tried_again(make_sample: Make) -> None:
    """A web application is kept only when it is whole."""
    failures = [RuntimeError("failed")]

    def plugin(config: Any) -> None:
        if failures:
            raise failures.pop()

    application = make_sample(plugin)
    with pytest.raises(RuntimeError):
        application.run_wsgi()
    assert callable(application.run_wsgi())


def test_the_instance_is_a_paste_app_factory(sample: SampleApplication) -> None:
    """Called with the configuration of an ini file, it returns the web application."""
    ini: dict[str, Any] = {"pyramid.debug_all": "true"}
    assert sample({"here": "/"}, **ini) is sample.run_wsgi(**ini)
    assert sample.config.registry.settings["debug_all"] is True


@pytest.mark.parametrize("databases", [("main",), ("main", "main")])
def test_the_paste_app_factory_ends_with_one_line(
    project: Project, monkeypatch: pytest.MonkeyPatch, databases: tuple[str, ...]
) -> None:
    """`pserve` shows an error of the settings or the databases without a traceback."""
    application = project(databases=databases)
    monkeypatch.setenv("PROBE_DATABASES__OTHER__URL", "sqlite:////x.db")
    with pytest.raises(SystemExit) as caught:
        application({})
    assert str(caught.value) in (
        "the variable PROBE_DATABASES__OTHER__URL: there is no database 'other'; known: main",
        "database 'main' is listed twice: rename one of them",
    )
