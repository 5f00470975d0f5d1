"""`qapla shell` on a terminal."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.terminals import on_terminal

SHELL = [sys.executable, "-W", "ignore", "-m", "qapla.cli", "shell"]
# The same, where IPython is not installed.
PLAIN = """
import sys

sys.modules["IPython"] = None
from qapla.cli import main

main(["shell"])
"""
BANNER = """\
qapla_sample, environment development
main: a session of sqlite:///{root}/main.db
    OutboxMessage, InboxMessage, Ship, Outbox, Inbox
analytics: a session of sqlite:///{root}/analytics.db
    Event, analytics_Ship
    (Ship is that of main)
Models have drivers, such as ShipReadDriver. Further names: application, func,
select.
"""
LOST = "database 'main': the shell ended with writes that nobody committed, and they are lost"


@pytest.fixture
def wide(variables: dict[str, str]) -> dict[str, str]:
    """Return the environment of a terminal of 80 columns."""
    return {**variables, "COLUMNS": "80"}


def test_pythons_own_shell(fleet_root: Path, wide: dict[str, str]) -> None:
    """The banner groups the names; the tabulator completes them; the end warns of a lost write."""
    command = [sys.executable, "-W", "ignore", "-c", PLAIN]
    with on_terminal(command, fleet_root, wide) as terminal:
        shown = terminal.expect(">>> ")
        assert BANNER.format(root=fleet_root) in shown
        terminal.type("analytics_S\t")
        terminal.expect("analytics_Ship")
        terminal.type(".__module__\nmain.add(Ship(name='Rotarran'))\n")
        terminal.expect("'qapla_sample.databases.analytics.ship'")
        terminal.type("exit()\n")
        assert LOST in terminal.rest()


@pytest.mark.skipif(
    find_spec("IPython") is None, reason="IPython is not installed: type `uv add --dev ipython`"
)
def test_ipython(fleet_root: Path, wide: dict[str, str]) -> None:
    """It opens where it is installed, with the same banner and names."""
    simple = {**wide, "IPY_TEST_SIMPLE_PROMPT": "1"}
    with on_terminal(SHELL, fleet_root, simple) as terminal:
        shown = terminal.expect("In [1]: ")
        assert "IPython" in shown
        assert BANNER.format(root=fleet_root) in shown
        terminal.type("analytics_Ship.__module__\n")
        terminal.expect("'qapla_sample.databases.analytics.ship'")
        terminal.type("main.add(Ship(name='Rotarran'))\nexit()\n")
        assert LOST in terminal.rest()
