"""`qapla db upgrade` and `qapla db downgrade`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qapla.cli.db.running.outcome import refuse_unknown, run_each
from qapla.cli.db.running.progress import shown
from qapla.cli.db.running.selection import DATABASE, Selection, select_managed
from qapla.exceptions import MigrationRunning

if TYPE_CHECKING:
    from qapla.database.database import Database

SQL = click.option("--sql", is_flag=True, help="Print the SQL; connect to nothing.")
ISOLATED = click.option(
    "--isolated", is_flag=True, help="Do nothing if another process migrates a database."
)


@click.command()
@click.argument("target", default="head", metavar="[REVISION]")
@DATABASE
@SQL
@ISOLATED
@click.pass_obj
def upgrade(
    directory: Path, target: str, names: tuple[str, ...], sql: bool, isolated: bool
) -> None:
    """Upgrade to REVISION, by default the newest one.

    A process waits for another one that migrates the same database. The first failure stops the command.
    """
    selection = select_managed(directory, names)
    if target not in ("head", "heads") and not target.startswith("+"):
        _refuse_several(selection, target)
    _run(selection.databases, "upgrade", target, sql=sql, wait=not isolated)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("target", metavar="REVISION")
@DATABASE
@SQL
@ISOLATED
@click.pass_obj
def downgrade(
    directory: Path, target: str, names: tuple[str, ...], sql: bool, isolated: bool
) -> None:
    """Downgrade to REVISION: a revision, a number of steps (-1), or `base`.

    With --sql it is the present revision, a colon, and that one.
    """
    selection = select_managed(directory, names)
    if not names:
        _refuse_several(selection, target)
    _run(selection.databases, "downgrade", target, sql=sql, wait=not isolated)


def _refuse_several(selection: Selection, target: str) -> None:
    """Refuse a revision of one database for several."""
    managed = [database.name for database in selection.databases if database.managed]
    if managed[1:]:
        raise click.ClickException(
            f"{target!r} is for one database, and there are {', '.join(managed)}: "
            f"add --database {managed[0]}"
        )


def _run(databases: "Sequence[Database]", verb: str, target: str, *, sql: bool, wait: bool) -> None:
    if sql:
        _print_sql([database for database in databases if database.managed], verb, target)
        return
    run_each(databases, lambda database: migrate(database, verb, target, wait=wait), stops=True)


def migrate(database: "Database", verb: str, target: str, *, wait: bool = True) -> str:
    """Upgrade or downgrade a database, and return the result.

    Args:
        database: The database.
        verb: `upgrade` or `downgrade`.
        target: The revision, as Alembic takes it.
        wait: Whether to wait for another process that migrates the database.

    Raises:
        Failed: The database is at a revision that the project does not have.
    """
    # Imported here, as `--help` needs no large library.
    from qapla.database.migrations.status import status_of

    before = status_of(database)
    refuse_unknown(database, before)
    docs = dict(before.revisions)
    number = len(before.pending) if verb == "upgrade" else len(docs) - len(before.pending)
    done: list[str] = []
    with shown(database.name, verb, docs, number) as show:

        def applied(**arguments: object) -> None:
            done.append("")
            show(**arguments)

        run = getattr(database.migrations, verb)
        try:
            run(target, on_version_apply=applied, wait=wait)
        except MigrationRunning:
            return "another process migrates it: nothing is done"
    revisions = ", ".join(status_of(database).applied) or "base"
    return f"{_counted(len(done))}, at {revisions}" if done else f"nothing to do, at {revisions}"


def _counted(number: int) -> str:
    return f"{number} revision{'s' * (number != 1)}"


def _print_sql(databases: "Sequence[Database]", verb: str, target: str) -> None:
    """Print the SQL of each database, after a comment that names it.

    Raises:
        ClickException: Alembic does not know the revision, or cannot print it.
    """
    from alembic import command
    from alembic.util import CommandError

    for database in databases:
        click.echo(f"-- database {database.name}\n")
        try:
            getattr(command, verb)(database.migrations.config(), target, sql=True)
        except CommandError as error:
            raise click.ClickException(f"database {database.name!r}: {error}") from None
