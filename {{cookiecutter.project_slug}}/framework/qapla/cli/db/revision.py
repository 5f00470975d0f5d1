"""`qapla db revision`."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qapla.cli.db.check import refuse_behind
from qapla.cli.db.running.outcome import run_each
from qapla.cli.db.running.selection import DATABASE, select_managed

if TYPE_CHECKING:
    from qapla.database.database import Database


@click.command()
@click.option("-m", "--message", required=True, help="What the revision does.")
@DATABASE
@click.option("--empty", is_flag=True, help="Without autogenerate, to be filled by hand.")
@click.option("--head", default="head", help="The revision that it follows.")
@click.option("--splice", is_flag=True, help="Allow a revision that is no head.")
@click.option("--branch-label", help="A label for its branch.")
@click.option("--rev-id", help="Its id, instead of a made-up one.")
@click.option("--depends-on", multiple=True, help="A revision that must be applied before.")
@click.pass_obj
def revision(
    directory: Path, /, names: tuple[str, ...], message: str, empty: bool, **options: Any
) -> None:
    """Write a revision with the changes of the models, in each database that has some."""
    selection = select_managed(directory, names)
    managed = [database.name for database in selection.databases if database.managed]
    if empty and managed[1:] and not names:
        raise click.ClickException(
            f"an empty revision is for one database, and there are {', '.join(managed)}: "
            f"add --database {managed[0]}"
        )
    options["depends_on"] = list(options["depends_on"]) or None

    def write(database: "Database") -> str:
        return _write(database, selection.root, message, empty, options)

    run_each(selection.databases, write, stops=True)


def _write(
    database: "Database", root: Path, message: str, empty: bool, options: dict[str, Any]
) -> str:
    # Imported here, as `--help` needs no large library.
    from alembic import command

    if not empty:
        refuse_behind(database)
    config = database.migrations.config()
    # The environment writes no revision without changes if it is asked for them.
    config.cmd_opts = Namespace(autogenerate=not empty, x=None, quiet=True)
    made = command.revision(config, message, autogenerate=not empty, **options)
    scripts = made if isinstance(made, list) else [made]
    paths = [Path(script.path) for script in scripts if script is not None]
    shown = (path.relative_to(root) if root in path.parents else path for path in paths)
    return ", ".join(map(str, shown)) or "no change, no revision"
