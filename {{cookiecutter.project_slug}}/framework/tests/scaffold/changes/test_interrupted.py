"""A write that is interrupted at any point leaves the tree as it was, or completed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.model import add_model
from qapla.scaffold.changes.journal import recover
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project

from qapla_sample.paths import SOURCE
from support.skeletons import read_files

PROGRAM = Path(__file__).parents[2] / "sample" / "programs" / "add_and_die.py"


def die(project: Project, write: int, number: int) -> int:
    """Add a model in a process that dies at a write, and return its exit code."""
    command = [sys.executable, str(PROGRAM), str(project.root), str(write), str(number)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL).returncode


def refusal(project: Project) -> str | None:
    """Write the changes of a project, and return the error, if there is one."""
    try:
        project.changes.apply()
    except ScaffoldError as error:
        return str(error)
    return None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_command_is_taken_back(kept: Project, number: signal.Signals) -> None:
    """At every third write: while contents are saved, and while they are written."""
    before = read_files(kept.root)
    killed = 0
    for write in range(1, 100, 3):
        if die(kept, write, number) == 0:
            break
        killed += 1
        recover(kept.root)
        assert read_files(kept.root) == before, write
    assert killed > 4
    assert (kept.root / "src/rotarran/databases/main/officer.py").exists()


def test_a_full_disk_is_one_line(kept: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever file it is that has no place, the tree is as it was."""
    before = read_files(kept.root)
    write_bytes = Path.write_bytes
    refused = 0
    for full in range(1, 100):
        left = iter(range(1, full))

        def write(path: Path, content: bytes, left: object = left) -> int:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise OSError(28, "No space left on device")
            return write_bytes(path, content)

        monkeypatch.setattr(Path, "write_bytes", write)
        project = Project(kept.root, "rotarran")
        add_model(project, parse_spec("main.Officer(name:str)", ["main"], "rotarran"))
        line = refusal(project)
        if line is None:
            break
        assert "(No space left on device): nothing is changed" in line
        refused += 1
        assert read_files(kept.root) == before, full
    assert refused > 5


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
