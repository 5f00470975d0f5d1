"""The page about updates: its list of files, and its commands."""

import os
import shutil
from pathlib import Path

import pytest
from baking import run, succeed, tool
from documents import commands, shell
from repositories import committed
from updates import changes, git

from qapla.cli.updating.ownership import MAINTAINED, UNTOUCHED


def test_the_page_about_updates_lists_whose_the_files_are(made: Path) -> None:
    """Each pattern of the one list, which names files that there are."""
    page = (made / "docs" / "updating.md").read_text(encoding="utf-8")
    for pattern in (*UNTOUCHED, *MAINTAINED):
        assert f"`{pattern}`" in page
    for pattern in MAINTAINED:
        assert list(made.glob(pattern))


@pytest.fixture(scope="module")
def installed(made: Path, workplace: Path) -> Path:
    """Return a project with its own environment, which has no cookiecutter."""
    project = Path(shutil.copytree(made, workplace / "updated" / "rotarran"))
    git(project, "config", "user.name", "Test")
    git(project, "config", "user.email", "test@example.org")
    shell("uv sync --inexact", project)
    committed(project)
    return project


@pytest.mark.parametrize(
    ("programs", "printed"),
    [
        (
            ["git"],
            "Error: cookiecutter is missing: install it with `uv tool install cookiecutter`\n",
        ),
        (["git", "cookiecutter"], "diff --git"),
    ],
)
def test_cookiecutter_may_be_on_the_path(
    installed: Path, template: Path, tmp_path: Path, programs: list[str], printed: str
) -> None:
    """Without it, and without uv, the line says so."""
    for program in programs:
        found = tool(program) if program == "cookiecutter" else shutil.which(program)
        (tmp_path / program).symlink_to(str(found))
    command = [str(installed / ".venv/bin/qapla"), "update", str(template), "--dry-run"]
    done = run(command, installed, environment={"PATH": str(tmp_path), "UV": ""})
    assert (done.stdout + done.stderr).startswith(printed)


def test_the_commands_of_the_page(installed: Path, template: Path) -> None:
    """They work in their order; uv runs cookiecutter."""
    ours = Path(tool("cookiecutter")).parent
    path = [part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != ours]
    for line in commands(installed / "docs" / "updating.md"):
        typed = line.replace("gh:org/qapla-db", str(template))
        succeed(["bash", "-c", typed], installed, PATH=os.pathsep.join(path))
    assert git(installed, "log", "-1", "--format=%s") == "Update the template\n"
    assert changes(installed) == {}
