"""The project that a command works on, and the end of a command that changes it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from qapla.cli.installed import installed_package
from qapla.exceptions import ScaffoldError
from qapla.locks import try_lock
from qapla.project import root_of
from qapla.scaffold.changes.recovery import recover
from qapla.scaffold.project import Project

DRY_RUN = click.option("--dry-run", is_flag=True, help="Show the changes as a diff; write nothing.")
BY_HAND = click.option(
    "--by-hand", is_flag=True, help="Leave lines to you that cannot be changed, and show them."
)
# The variable with the root of the project that the parent process has locked.
LOCKED = "QAPLA_LOCKED"
_LIST = Path("databases", "__init__.py")


def find_project(directory: Path) -> Project:
    """Return the project in a directory or in one above it, or else the one that is installed.

    Raises:
        ScaffoldError: There is no project, or another command is changing it.
    """
    return _find_installed(directory) or find_checkout(directory)


def find_checkout(directory: Path) -> Project:
    """Return the project in a directory or in one above it.

    A change that was interrupted is taken back before.

    Raises:
        ScaffoldError: There is no project, or another command is changing it.
    """
    with locked_project(directory) as project:
        return project


def located_project(directory: Path) -> Project:
    """Return the project as it is, for a command that changes nothing, and may not write either.

    Raises:
        ScaffoldError: There is no project.
    """
    return _find_installed(directory) or Project(*_find(directory))


@contextmanager
def locked_project(directory: Path) -> Iterator[Project]:
    """Keep other commands from a project until the block has ended; the rest is as above."""
    root, package = _find(directory)
    with (root / "src" / package / _LIST).open("rb+") as file:
        if os.environ.get(LOCKED) != str(root) and not try_lock(file):
            raise ScaffoldError(
                f"another command is changing the project in {root}: wait until it has ended"
            )
        kept = recover(root)
        if kept is not None:
            text = "a command was interrupted here, and its changes are taken back"
            kept_text = f", except in {', '.join(kept)}, which changed since" if kept else ""
            click.echo(f"{text}{kept_text}", err=True)
        yield Project(root, package)


def changing(command: Callable[..., Iterable[str]]) -> Callable[..., None]:
    """Make a command of a function that changes a project, and returns the lines to print after it.

    The changes are written, all of them or none; with `--dry-run` they are shown. Lines that a generator
    yields are asked for when the files are written, and not with `--dry-run`.
    """

    @DRY_RUN
    @click.pass_context
    @wraps(command)
    def run(context: click.Context, /, *args: Any, dry_run: bool, **kwargs: Any) -> None:
        with locked_project(context.obj) as project:
            lines = command(project, *args, **kwargs)
            if dry_run:
                click.echo(project.changes.diff(), nl=False)
                return
            actions = project.changes.actions()
            project.changes.apply()
        for path, action in actions.items():
            click.echo(f"{action}  {path}")
        for line in lines:
            click.echo(line)

    return run


def lines_by_hand(project: Project, asked: bool) -> list[str]:
    """Return the lines that the user is to change, if asked; they are not in the way any more."""
    conflicts = project.changes.conflicts if asked else []
    lines = [line for conflict in conflicts for line in ("", *conflict.split("\n"))]
    conflicts.clear()
    return lines


def next_steps(*steps: str) -> list[str]:
    """Return the lines that name the next commands."""
    return ["", "Type next:", "", *(f"    {step}" for step in steps)]


def _find_installed(directory: Path) -> Project | None:
    """Return the project that is installed, unless a directory is in a checkout."""
    package = None if _packages(directory) else installed_package()
    if package is None:
        return None
    return Project(root_of(package).parent, package, source=package)


def _find(directory: Path) -> tuple[Path, str]:
    """Return the root of the nearest project, and its package."""
    found = _packages(directory)
    if not found:
        raise ScaffoldError(
            f"{directory} has no package with databases: change to a project's directory"
        )
    root, packages = found
    if packages[1:]:
        raise ScaffoldError(
            f"{root} has several packages with databases, {', '.join(packages)}: keep one of them"
        )
    return root, packages[0]


def _packages(directory: Path) -> tuple[Path, list[str]] | None:
    """Return the nearest directory with projects, and the names of their packages."""
    for root in (directory, *directory.parents):
        packages = [path.parents[1].name for path in sorted(root.glob(f"src/*/{_LIST.as_posix()}"))]
        if packages:
            return root, packages
    return None
