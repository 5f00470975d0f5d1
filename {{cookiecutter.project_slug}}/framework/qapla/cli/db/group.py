"""The group `qapla db`."""

import click

from qapla.cli.db.check import check, heads
from qapla.cli.db.console import console
from qapla.cli.db.create import create, recreate
from qapla.cli.db.lint import lint
from qapla.cli.db.migrate import downgrade, upgrade
from qapla.cli.db.revision import revision
from qapla.cli.db.seed import seed
from qapla.cli.db.status import status


@click.group()
def db() -> None:
    """Create, migrate, check and fill the databases, in the order of the project."""


for _command in (
    status,
    create,
    upgrade,
    downgrade,
    revision,
    check,
    heads,
    lint,
    seed,
    console,
    recreate,
):
    db.add_command(_command)
