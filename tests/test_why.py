"""The page that says why: the lines of a project do there as the page says."""

from pathlib import Path

from answers import GOOD_ANSWERS
from baking import TEMPLATE, Bake, generate, run_tests
from documents import blocks

ENV, TEST, TASK, VIEW, OUTBOX = (
    "AlembicEnv",
    "test_ships",
    "count_ships(main",
    "show_ship",
    "_on_commit",
)
# The names that the page does not explain, and a task.
HEAD = '''
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from qapla.celery.task import DatabaseTask
from qapla.celery.testing import OnCommit
from qapla.database.decorators import WithDatabase
from qapla.testing import Factory

from rotarran import main as application
from rotarran.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver
from rotarran.tasks.worker import app


@app.task
def report_launch(ship_id):
    """Report the launch of a ship."""
'''
TESTS = """
def test_a_ship_is_shown(dbsession, factory):
    ship = factory(Ship).create_sync()
    assert show_ship(SimpleNamespace(main=dbsession, matchdict={"id": ship.id})) is ship


def test_a_task_counts_the_ships(factory, eager_tasks):
    factory(Ship).create_batch_sync(2)
    assert count_ships.delay().get() == 2


def test_the_message_leaves_with_the_commit(dbsession, on_commit):
    request = SimpleNamespace(main=dbsession)
%s
    assert [sent.args for sent in on_commit.sent] == [(ship.id,)]
"""


def lines_of(name: str) -> str:
    """Return the last block of the page that has a name: the lines of a project come second."""
    return [block for block in blocks(TEMPLATE / "docs" / "why.md", "python") if name in block][-1]


def test_the_environment_of_migrations(bake: Bake) -> None:
    """The lines are those of a new project."""
    project, _ = bake("two databases")
    env = (project / "migrations/main/env.py").read_text(encoding="utf-8")
    assert set(lines_of(ENV).splitlines()) <= set(env.splitlines())


def test_the_lines_work(template: Path, workplace: Path) -> None:
    """A view, a test, a task and a message are those of the page."""
    project, _ = generate(template, workplace / "why", GOOD_ANSWERS["two databases"])
    message = "".join(f"    {line}\n" for line in lines_of(OUTBOX).splitlines())
    parts = [HEAD, lines_of(VIEW), lines_of(TASK), lines_of(TEST), TESTS % message]
    module = project / "tests" / "integration" / "test_why.py"
    module.write_text("\n\n".join(parts), encoding="utf-8")
    run_tests(project, "tests/integration/test_why.py")
