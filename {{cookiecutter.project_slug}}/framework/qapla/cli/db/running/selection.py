"""The databases that a command works on."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from qapla.cli.application import load
from qapla.cli.project import find_project
from qapla.exceptions import NotManaged

if TYPE_CHECKING:
    from qapla.database.database import Database

DATABASE = click.option(
    "--database", "names", multiple=True, metavar="NAME", help="Only this one; again for more."
)


class Selection(NamedTuple):
    """An application that is prepared, and the databases that a command works on.

    Args:
        application: The application.
        databases: The databases, in the order of the project.
        root: The root directory of the project.
    """

    application: Any
    databases: "list[Database]"
    root: Path


def select(directory: Path, names: Sequence[str]) -> Selection:
    """Return the databases with some names, or all of a project.

    Args:
        directory: The root of the project, or a directory below it.
        names: The names, or none for all.

    Raises:
        UnknownDatabase: The project has no database of a name.
    """
    project = find_project(directory)
    application = load(project).run_command()
    # The lines of a command tell each step: those of the log would say it twice.
    for logger in ("alembic", "qapla.database.migrations"):
        logging.getLogger(logger).setLevel(logging.WARNING)
    return Selection(application, chosen(application, names), project.root)


def chosen(application: Any, names: Sequence[str]) -> "list[Database]":
    """Return the databases with some names, or all, of an application that is prepared.

    Raises:
        UnknownDatabase: The application has no database of a name.
    """
    named = {application.dbs[name].name for name in names}
    return [it for it in application.dbs.values() if not named or it.name in named]


def select_managed(directory: Path, names: Sequence[str]) -> Selection:
    """Return the databases like `select`, for a command that works on managed ones alone.

    Raises:
        UnknownDatabase: The project has no database of a name.
        NotManaged: A database that was named is not managed by this project.
    """
    selection = select(directory, names)
    for database in selection.databases:
        if database.name in names and not database.managed:
            raise NotManaged(database.name)
    return selection
