"""The options of a run of tests, from pytest's command line and from pytest-xdist."""

import os

import pytest

from qapla.testing.provisioning.provision import Mode


def mode_of(config: pytest.Config) -> Mode:
    """Return the way in which the databases of a run are made."""
    # The workers of pytest-xdist have one identifier for their run.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    recreate = bool(config.getoption("--recreate", False))
    reuse = bool(config.getoption("--reuse-db", False))
    return Mode(recreate, reuse, run=run) if run else Mode(recreate, reuse, alone=True)


def parallel_suffix() -> str:
    """Return the end of the names of databases and queues in this worker of pytest-xdist.

    Source: pytest-xdist, "Identifying the worker process during a test".
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return f"_{worker}" if worker else ""
