"""A command that is interrupted at any point leaves the tree as it was, or has ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.model import add_model
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project

from qapla_sample.paths import SOURCE
from support.skeletons import read_files

PROGRAM = Path(__file__).parents[2] / "sample" / "programs" / "interrupt_everywhere.py"
KILL, TERMINATE, INTERRUPT = (
    str(int(number)) for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
)


ADD, REMOVE = "add model Officer name:str", "remove model Ship"


@pytest.mark.parametrize(
    ("command", "how"),
    [
        *((ADD, how) for how in (KILL, TERMINATE, INTERRUPT, "full")),
        (REMOVE, KILL),
        (REMOVE, "full"),
    ],
)
def test_an_interrupted_command_is_taken_back(kept: Project, command: str, how: str) -> None:
    """At every change of the file system, and when the next command is interrupted, too."""
    before = read_files(kept.root)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(kept.root), how, command],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    interruptions = int(done.stdout.splitlines()[-1])
    assert interruptions > 20
    assert read_files(kept.root) != before


def test_a_file_that_somebody_changes_meanwhile_is_kept(kept: Project) -> None:
    """Their text counts more than the command's."""
    routes = kept.root / "src/rotarran/web/routes.py"
    add_model(kept, parse_spec("main.Officer(name:str)", ["main"], "rotarran"))
    routes.write_text("# Mine.\n")
    with pytest.raises(ScaffoldError) as caught:
        kept.changes.apply()
    assert str(caught.value) == (
        "src/rotarran/web/routes.py has changed meanwhile: repeat the command"
    )
    assert routes.read_text() == "# Mine.\n"
