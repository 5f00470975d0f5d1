"""The programs of RELIABILITY.md, for a moment each: they run, and reach their goals."""

import re
import sys

import pytest
from baking import TEMPLATE, run

NAMES = ("restarts", "errors", "memory", "shutdown", "workers")
TABLE = re.compile(r"^## (.+)\n\n((?:\|.*\n)+)", re.MULTILINE)


@pytest.fixture(scope="module")
def printed() -> str:
    """Return the tables of a run of a second, in which every goal is reached."""
    done = run([sys.executable, "-m", "reliability", "--seconds", "1"], TEMPLATE)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_document_has_the_table(printed: str, name: str) -> None:
    """Each experiment prints a table, whose figures and goals are those of the document."""
    document = (TEMPLATE / "RELIABILITY.md").read_text(encoding="utf-8")
    shown = dict(zip(NAMES, TABLE.findall(printed), strict=True))[name]
    told = dict(zip(NAMES, TABLE.findall(document), strict=True))[name]
    assert shown[0] == told[0]
    assert _figures(shown[1]) == _figures(told[1])


def _figures(table: str) -> list[tuple[str, str]]:
    """Return the first two columns of a table."""
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines()]
    return [(row[1], row[2]) for row in rows]


def test_an_unknown_experiment_is_refused() -> None:
    """The error lists the known ones, before anything is made."""
    done = run([sys.executable, "-m", "reliability", "nothing"], TEMPLATE)
    assert done.returncode == 2
    assert done.stderr.endswith(
        f"error: there is no experiment 'nothing'; known: {', '.join(NAMES)}\n"
    )
