"""The hooks of pytest that watch the tests of a run, and keep one without a database from any."""

from collections.abc import Generator, Iterator
from contextlib import suppress

import pytest

from qapla.app import Application
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.migrations.models import import_package, is_package
from qapla.exceptions import NotPrepared
from qapla.testing.fixtures import DATABASE
from qapla.testing.run.observer import REMEDY, RunObserver
from qapla.testing.run.options import parallel_suffix
from qapla.testing.run.run import DatabaseRun
from qapla.testing.run.scope import FAILED

APPLICATION = "application"
UNGUARDED = "unguarded_databases"
_EXAMPLES = (
    "the fixtures of BaseApplicationFixture undo each example of Hypothesis: suppress this check by "
    "@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])"
)
_suffix = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and observe the databases."""
    config.addinivalue_line(
        "markers",
        f"{UNGUARDED}: the test makes databases of its own, which nothing isolates or guards",
    )
    config.addinivalue_line(
        "markers", f"{DATABASE}(name): the database of the fixtures `dbplugin` and `dbsession`"
    )
    config.stash[_suffix] = Application.parallel_suffix
    Application.parallel_suffix = parallel_suffix()
    Database.observer = RunObserver(DatabaseRun.of(config), Database.observer)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop observing the databases."""
    Application.parallel_suffix = config.stash.get(_suffix, "")
    if isinstance(Database.observer, RunObserver):
        Database.observer = Database.observer.outer


def pytest_collection_finish() -> None:
    """Import the models of the project: a test without a database prepares no application."""
    packages = {found.__module__.partition(".")[0] for found in _application_classes()}
    for package in packages:
        # The tests that need a model which cannot be imported fail with its error.
        with suppress(Exception):
            if is_package(f"{package}.databases"):
                import_package(f"{package}.databases")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Guard the databases from a test that asks for no fixture of theirs."""
    run = DatabaseRun.of(item.config)
    outer, DatabaseRun.running = DatabaseRun.running, run
    run.item, run.guarded = item, _is_guarded(item)
    try:
        return (yield)
    finally:
        run.guarded = False
        DatabaseRun.running = outer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Remember that a test has failed, and name the fixtures to one without a database."""
    try:
        return (yield)
    except BaseException as error:
        item.stash[FAILED] = not isinstance(error, pytest.skip.Exception | pytest.xfail.Exception)
        if isinstance(error, NotPrepared) and _is_guarded(item):
            error.add_note(f"in a test: {REMEDY}")
        if type(error).__name__ == "FailedHealthCheck" and not _is_guarded(item):
            error.add_note(_EXAMPLES)
        raise


def _application_classes(
    base: type[DatabaseApplication] = DatabaseApplication,
) -> Iterator[type[DatabaseApplication]]:
    for found in base.__subclasses__():
        yield found
        yield from _application_classes(found)


def _is_guarded(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return APPLICATION not in names and item.get_closest_marker(UNGUARDED) is None
