"""The hooks of pytest that watch the tests of a run, and keep one without a database from any."""

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.migrations.models import import_package, is_package
from qapla.exceptions import IsolationError, NotPrepared
from qapla.testing.run.run import TestRun
from qapla.testing.run.scope import FAILED

APPLICATION = "application"
OWN = "own_databases"
_REMEDY = (
    "let its class inherit from BaseApplicationFixture and ask for the fixture `dbsession` (or "
    "`application`), with which all is undone when the test ends; or mock the driver"
)
_EXAMPLES = (
    "the fixtures of BaseApplicationFixture undo each example of Hypothesis: suppress this check by "
    "@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])"
)
_guard = pytest.StashKey[Any]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and keep tests without fixtures from the databases."""
    config.addinivalue_line(
        "markers", f"{OWN}: the test makes databases of its own, which nothing isolates or guards"
    )
    run = TestRun.of(config)
    config.stash[_guard] = Database.guard

    def guard(database: Database) -> None:
        # A traceback ends where the test, and not pytest, has used the database.
        __tracebackhide__ = True
        if run.current is not None:
            run.current.touch(database)
        elif run.guarded:
            raise IsolationError(
                f"database {database.name!r}: a test that has no database touched it: {_REMEDY}"
            )

    Database.guard = staticmethod(guard)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the guard away with the run."""
    Database.guard = config.stash.get(_guard, None)


def pytest_collection_finish() -> None:
    """Import the models of the project: a test without a database prepares no application."""
    packages = {found.__module__.partition(".")[0] for found in _application_classes()}
    for package in packages:
        # The tests that need a model which cannot be imported tell it.
        with suppress(Exception):
            if is_package(f"{package}.databases"):
                import_package(f"{package}.databases")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Guard the databases from a test that asks for no fixture of theirs."""
    run = TestRun.of(item.config)
    outer, TestRun.running = TestRun.running, run
    run.item, run.guarded = item, _is_guarded(item)
    try:
        return (yield)
    finally:
        run.guarded = False
        TestRun.running = outer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Remember that a test has failed, and tell one without a database what to ask for."""
    try:
        return (yield)
    except BaseException as error:
        item.stash[FAILED] = not isinstance(error, pytest.skip.Exception | pytest.xfail.Exception)
        if isinstance(error, NotPrepared) and _is_guarded(item):
            error.add_note(f"in a test: {_REMEDY}")
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
    return APPLICATION not in names and item.get_closest_marker(OWN) is None
