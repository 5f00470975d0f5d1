"""The project that a command works on: found, locked, and taken back where one was interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qapla.cli import main
from qapla.scaffold.changes.journal import save_journal
from qapla.scaffold.project import Project

from qapla_sample.paths import SOURCE
from support.skeletons import make_project, read_files
from support.stamping import add_databases

Qapla = Callable[..., Result]
ROUTES = "src/rotarran/web/routes.py"
# A command that waits until its input ends, while it has the project.
WAIT = """
import sys
from pathlib import Path
from qapla.cli.project import locked_project

with locked_project(Path.cwd()):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_the_nearest_project_is_meant(
    kept: Project, qapla: Qapla, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project may be in a repository with others, and the command in a directory below it."""
    inner = make_project(kept.root / "services/inner", keeps_answers=True)
    add_databases(inner, "main")
    before = read_files(kept.root / "src")
    monkeypatch.chdir(inner.root / "src/rotarran/web")
    assert qapla("add", "model", "Officer").exit_code == 0
    assert (inner.root / "src/rotarran/databases/main/officer.py").exists()
    assert read_files(kept.root / "src") == before


def test_a_directory_without_a_project_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says so."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["add", "model", "Ship"])
    assert (done.exit_code, done.output) == (
        1,
        f"Error: {tmp_path} has no package with databases: change to a project's directory\n",
    )


def test_two_packages_with_databases_are_an_error(kept: Project, qapla: Qapla) -> None:
    """The command does not choose one."""
    (kept.root / "src/other/databases").mkdir(parents=True)
    (kept.root / "src/other/databases/__init__.py").write_text("")
    assert qapla("add", "model", "Officer").output == (
        f"Error: {kept.root} has several packages with databases, other, rotarran: "
        "keep one of them\n"
    )


def test_the_next_command_takes_an_interrupted_one_back(kept: Project, qapla: Qapla) -> None:
    """It says so, and in which files somebody has written since."""
    save_journal(kept.root, {ROUTES: b"new", "alembic.ini": b"new"})
    (kept.root / ROUTES).write_text("new")
    (kept.root / "alembic.ini").write_text("mine")
    done = qapla("add", "model", "Officer", "--dry-run")
    assert done.stderr == (
        "a command was interrupted here, and its changes are taken back, except in alembic.ini, "
        "which changed since\n"
    )
    assert "def includeme" in (kept.root / ROUTES).read_text()
    assert qapla("add", "model", "Officer", "--dry-run").stderr == ""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_command_at_a_time(kept: Project, qapla: Qapla, how: signal.Signals) -> None:
    """The second one is refused, as it would overwrite the first; a dead one is in nobody's way."""
    before = read_files(kept.root)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(
        [sys.executable, "-c", WAIT],
        cwd=kept.root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        refused = qapla("add", "model", "Officer")
        other.send_signal(how)
    assert (refused.exit_code, refused.output) == (
        1,
        f"Error: another command is changing the project in {kept.root}: wait until it has ended\n",
    )
    assert read_files(kept.root) == before
    assert qapla("add", "model", "Officer").exit_code == 0
