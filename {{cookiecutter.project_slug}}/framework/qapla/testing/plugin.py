"""The plugin of pytest: the options of a run, and what watches its tests.

A project loads it by `-p qapla.testing.plugin` in its `addopts`. While a run imports and
collects, the garbage collector rests: modules and mapped classes stay until the process ends, and to
walk them again and again would be a third of a short run.
Source: Python, `gc.freeze`.
"""

import gc
from typing import Any

import pytest

_RESTS = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the databases."""
    group = parser.getgroup("qapla", "the databases of a qapla application")
    group.addoption(
        "--recreate",
        action="store_true",
        help="migrate every database of the tests from scratch, and make its template anew",
    )
    group.addoption(
        "--reuse-db",
        action="store_true",
        help="keep the databases of the last run where they are clean and migrated",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Let the garbage collector rest until the tests are collected, or the run ends before."""
    if gc.isenabled():
        gc.disable()
        early_config.stash[_RESTS] = True
        early_config.add_cleanup(gc.enable)


def pytest_configure(config: pytest.Config) -> None:
    """Register what watches the tests, which is imported while the garbage collector rests."""
    if _only_hands_out(config):
        return
    from qapla.testing import collector, hooks

    for plugin in (hooks, collector):
        config.pluginmanager.register(plugin, plugin.__name__)


def _only_hands_out(config: pytest.Config) -> bool:
    """Whether this is the process of pytest-xdist that runs no test, and needs no import."""
    distributes = config.getoption("dist", "no") != "no" and config.getoption("tx", None)
    return bool(distributes) and not config.getoption("collectonly")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Let the garbage collector work again, on what comes from now on.

    pytest-xdist collects nothing in the process that hands the tests out, but comes here too.
    """
    gc.freeze()
    if session.config.stash.get(_RESTS, False):
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let `--fixtures` list once what many classes inherit.

    pytest 9.2 lists it for each class, and fails when it sorts two that are alike. The names are
    its own: where they have changed nothing is done.
    """
    manager: Any = getattr(session, "_fixturemanager", None)
    listed = getattr(manager, "_get_all_fixture_defs", None)
    if listed is not None and session.config.getoption("showfixtures", False):
        once = {(found.argname, found.func.__qualname__): found for found in listed()}
        manager._get_all_fixture_defs = once.values
