"""The plugin of pytest: the options of a run, its hooks and its fixtures.

A project loads it by `-p qapla.testing.plugin` in its `addopts`. While a run imports and
collects, the garbage collector rests: modules and mapped classes stay until the process ends, and to
walk them again and again would be a third of a short run.
Source: Python, `gc.freeze`.
"""

import gc

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
    parser.addini(
        "qapla_application",
        "the application of tests without a class, such as rotarran:main",
        default="",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Turn the garbage collector off until the tests are collected, or the run ends before."""
    if gc.isenabled():
        gc.disable()
        early_config.stash[_RESTS] = True
        early_config.add_cleanup(gc.enable)


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks and fixtures, which are imported while the garbage collector rests."""
    if _is_controller(config):
        return
    from qapla.testing import collector, fixtures, hooks, task_fixtures

    for plugin in (hooks, fixtures, task_fixtures, collector):
        config.pluginmanager.register(plugin, plugin.__name__)


def _is_controller(config: pytest.Config) -> bool:
    """Whether this is the xdist controller, which runs no tests."""
    distributes = config.getoption("dist", "no") != "no" and config.getoption("tx", None)
    return bool(distributes) and not config.getoption("collectonly")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Turn the garbage collector on again, for the objects that come from now on.

    pytest-xdist collects nothing in the process that hands the tests out, but comes here too.
    """
    gc.freeze()
    if session.config.stash.get(_RESTS, False):
        gc.enable()
