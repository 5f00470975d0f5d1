"""The environment of the framework's own tests, and their fixtures."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.applications import make_sample, no_worker, project, sample, sqlite
from support.databases import fleet, fleet_server, mariadb, place, session
from support.embedded import cluster, data, use
from support.legacy import legacy
from support.modules import run_module
from support.runs import run

__all__ = [
    "cluster",
    "data",
    "fleet",
    "fleet_server",
    "legacy",
    "make_sample",
    "mariadb",
    "no_worker",
    "place",
    "project",
    "run",
    "run_module",
    "sample",
    "session",
    "sqlite",
    "use",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the framework's tests, which make databases of their own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("unguarded_databases")


@pytest.fixture(scope="session", autouse=True)
def sample_var() -> Iterator[Path]:
    """Keep the embedded server of the sample in a directory of this run.

    Its name is the run's own: on a server that all runs share, names of databases begin with it.
    It is none of pytest's: for root the server runs as another user, whom the start of any other
    run of pytest would shut out from there.
    """
    var = Path(tempfile.mkdtemp(prefix="qapla-"))
    # Registered before the server's own end, and so done after it.
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ["QAPLA_SAMPLE_PATHS__VAR"] = str(var)
    yield var
    del os.environ["QAPLA_SAMPLE_PATHS__VAR"]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables that the machine has set for the sample.

    Those of Celery stay: by them the tests of the worker run on other brokers and in other pools.
    """
    # With these pytest shortens nothing, and a nested run prints other lines.
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    kept = ("QAPLA_SAMPLE_PATHS__VAR", "QAPLA_SAMPLE_CELERY__")
    for name in list(os.environ):
        if name.startswith("QAPLA_SAMPLE_") and not name.startswith(kept):
            monkeypatch.delenv(name)
