"""The updates of a project, and its state after one."""

import subprocess
import sys
import tomllib
from pathlib import Path

from baking import contents, run, succeed
from repositories import CODEMODS

ANSWERS = {
    "project_name": "Rotarran",
    "databases": "main, analytics",
    "models": "main.Ship(name:str(200)), analytics.Event(name:str(200))",
}
CONTROLLER = "src/rotarran/web/controllers/{}.py"
SHIP, EVENT = CONTROLLER.format("main/ship"), CONTROLLER.format("analytics/event")
SERVER = "framework/qapla/web/server.py"
LISTS = "Views that list, create"
# The files of a project that the new version changes, and those that it adds and removes.
CHANGED = {SHIP, EVENT, SERVER, "docs/tasks.md", "pyproject.toml"}
UNCOMMITTED = (
    "the working tree has changes, which an update would mix with its own: commit or stash them first "
    "(`git status` lists them)"
)
BLUEPRINTS = "framework/qapla/scaffold/blueprints/model/"
FRAMEWORK = {
    CODEMODS,
    f"{BLUEPRINTS}src/package/web/controllers/database/model.py.jinja",
    f"{BLUEPRINTS}migrations/database/versions/revision.py.jinja",
}


def qapla(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the project's command."""
    command = [sys.executable, "-m", "qapla.cli", *arguments]
    # The files of a project are compared.
    environment = {"PYTHONPATH": str(project / "framework"), "PYTHONDONTWRITEBYTECODE": "1"}
    return run(command, project, environment=environment)


def update(project: Path, template: Path, *options: str) -> str:
    """Update a project without conflicts."""
    done = qapla(project, "update", str(template), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def git(project: Path, *arguments: str) -> str:
    """Return the output of git."""
    return succeed(["git", *arguments], project)


def changes(project: Path) -> dict[str, str]:
    """Return the states of the files that differ from those committed, by their paths."""
    lines = git(project, "status", "--porcelain", "--untracked-files=all", ".").splitlines()
    return {line[3:]: line[:2].strip() for line in lines}


def kept(project: Path) -> dict[str, object]:
    """Return the answers that a project keeps."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    answers: dict[str, object] = settings["tool"]["qapla"]
    return answers


def refused(project: Path, template: object, *options: str) -> str:
    """Return the line of an update that must be refused, and leave the project as it was."""
    before = contents(project)
    done = qapla(project, "update", str(template), *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert contents(project) == before
    return done.stderr.removeprefix("Error: ").removesuffix("\n")
