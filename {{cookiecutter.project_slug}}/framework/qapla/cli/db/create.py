"""`qapla db create` and `qapla db recreate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qapla.cli.db.migrate import migrate
from qapla.cli.db.running.outcome import run_each
from qapla.cli.db.running.selection import DATABASE, Selection, select_managed

if TYPE_CHECKING:
    from qapla.database.database import Database


@click.command()
@DATABASE
@click.pass_obj
def create(directory: Path, names: tuple[str, ...]) -> None:
    """Create the databases that are missing, empty."""
    selection = select_managed(directory, names)
    run_each(selection.databases, _create)


@click.command()
@DATABASE
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def recreate(directory: Path, names: tuple[str, ...], yes: bool) -> None:
    """Drop the databases with their rows, create them again and upgrade them; not in production."""
    selection = select_managed(directory, names)
    _refuse_production(selection)
    managed = ", ".join(database.name for database in selection.databases if database.managed)
    if not yes:
        click.confirm(f"Drop {managed} with all rows?", abort=True, err=True)
    run_each(selection.databases, _recreate, stops=True)


def _refuse_production(selection: Selection) -> None:
    environment = selection.application.settings.environment
    if environment != "development":
        raise click.ClickException(
            f"no database is dropped where the setting environment is {environment!r}: "
            "recreate is for development"
        )


def _create(database: "Database") -> str:
    # Imported here, as `--help` needs no large library.
    from qapla.database.lifecycle import create_missing

    return "created" if create_missing(database) else "exists"


def _recreate(database: "Database") -> str:
    from qapla.database.lifecycle import create_missing

    database.drop()
    create_missing(database)
    return f"recreated: {migrate(database, 'upgrade', 'head')}"
