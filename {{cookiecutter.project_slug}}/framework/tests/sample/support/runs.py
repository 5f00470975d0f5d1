"""A fixture that runs pytest within a test."""

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest

# They register themselves in other libraries when they are imported, which works once.
IMPORTED_ONCE = (
    "alembic.command",
    "pyramid.config",
    "qapla.ops.metrics.definitions",
    "sqlalchemy.dialects.postgresql",
)
# The head of a module for a run within a run: an application of its own, on the sample's databases.
HEAD = """
import threading
import pytest
from sqlalchemy import text
from qapla.testing import BaseApplicationFixture, BaseMigrationTests
from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship

class Application(SampleApplication):
    __module__ = SampleApplication.__module__

class Fixtures(BaseApplicationFixture):
    APP_CLASS = Application

class TestIt(Fixtures):
"""


@pytest.fixture
def run(
    request: pytest.FixtureRequest, sqlite: Path, no_worker: None
) -> Callable[..., pytest.RunResult]:
    """Return a function that runs the body of a test class in a run of its own, on SQLite.

    It takes options of the command line too; the module that uses it loads `pytester`.
    """
    # The imports of a run inside this one are forgotten after it, and these cannot be imported twice.
    for name in IMPORTED_ONCE:
        importlib.import_module(name)
    databases = importlib.import_module("qapla_sample.databases")
    for found in pkgutil.walk_packages(databases.__path__, f"{databases.__name__}."):
        importlib.import_module(found.name)
    pytester: pytest.Pytester = request.getfixturevalue("pytester")

    def run(body: str, *options: str) -> pytest.RunResult:
        path = pytester.makepyfile(HEAD + body)
        plugins = ["-p", "qapla.testing.plugin", "-p", "no:cacheprovider"]
        return pytester.runpytest_inprocess(*plugins, "-W", "error", *options, path)

    return run
