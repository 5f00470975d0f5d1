"""`qapla db status`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qapla.cli.db.running.outcome import NOT_MANAGED, attempt
from qapla.cli.db.running.selection import DATABASE, select
from qapla.cli.table import aligned

if TYPE_CHECKING:
    from qapla.database.database import Database

_HEADER = ("database", "engine", "url", "exists", "revision", "head", "behind")


@click.command()
@DATABASE
@click.pass_obj
def status(directory: Path, names: tuple[str, ...]) -> None:
    """Show each database: its place, its revision, and how far it is behind.

    The exit code is 1 if a database cannot be reached.
    """
    # Imported here, as `--help` needs no large library.
    from qapla.ops.report import engine_of, place_of

    rows, lines, reached = [_HEADER], [], True
    for database in select(directory, names).databases:
        found: list[tuple[str, str, str, str]] = []
        line, success = attempt(database, partial(_look, found))
        if not success:
            lines.append(f"{database.name}: {line.removeprefix('failed: ')}")
            reached = False
        cells = found[0] if found else ("unreachable", "", "", "")
        rows.append((database.name, engine_of(database), place_of(database), *cells))
    for row in aligned(rows):
        click.echo(row)
    for line in lines:
        click.echo(line, err=True)
    if not reached:
        sys.exit(1)


def _look(found: list[tuple[str, str, str, str]], database: "Database") -> str:
    """Append the last cells of a database's row."""
    from qapla.database.migrations.status import is_there, status_of

    if database.target.unset:
        found.append(("unknown", NOT_MANAGED, "", ""))
        return ""
    if not database.managed:
        found.append(("yes" if is_there(database) else "no", NOT_MANAGED, "", ""))
        return ""
    now = status_of(database)
    # How far it is behind cannot be counted from a revision that is not here.
    behind = f"{', '.join(now.unknown)} is unknown here" if now.unknown else str(len(now.pending))
    found.append(
        (
            "yes" if now.exists else "no",
            ", ".join(now.applied) or "none",
            ", ".join(now.heads) or "none",
            behind,
        )
    )
    return ""
