"""The project that a command works on, and the end of a command that changes it."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.journal import recover
from qapla.scaffold.project import Project

DRY_RUN = click.option("--dry-run", is_flag=True, help="Show the changes as a diff; write nothing.")


def find_project(directory: Path) -> Project:
    """Return the project in a directory or in one above it.

    A change that was interrupted is taken back before.

    Raises:
        ScaffoldError: There is no project.
    """
    for root in (directory, *directory.parents):
        for path in sorted(root.glob("src/*/databases/__init__.py")):
            if recover(root):
                click.echo("A command was interrupted here: its changes are taken back.", err=True)
            return Project(root, path.parent.parent.name)
    raise ScaffoldError(
        f"{directory} has no package with databases: change to a project's directory"
    )


def changing(command: Callable[..., list[str]]) -> Callable[..., None]:
    """Make a command of a function that changes a project, and returns the lines to print after it.

    The changes are written, all of them or none; with `--dry-run` they are shown.
    """

    @DRY_RUN
    @click.pass_obj
    @wraps(command)
    def run(directory: Path, *args: Any, dry_run: bool, **kwargs: Any) -> None:
        project = find_project(directory)
        lines = command(project, *args, **kwargs)
        if dry_run:
            click.echo(project.changes.diff(), nl=False)
            return
        for path in project.changes.apply():
            click.echo(path)
        for line in lines:
            click.echo(line)

    return run


def next_steps(*steps: str) -> list[str]:
    """Return the lines that name the next commands."""
    return ["", "Type next:", "", *(f"    {step}" for step in steps)]
