"""`qapla health worker|beat|relay`: for the probe of a container, which asks no broker."""

from pathlib import Path

import click

from qapla.cli.application import load
from qapla.cli.project import located_project
from qapla.ops.heartbeat import KINDS, Heartbeat


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.pass_obj
def health(directory: Path, kind: str) -> None:
    """Check the heartbeat of a worker, of beat or of a relay; 1 is the exit code of one that hangs."""
    application = load(located_project(directory)).run_command()
    click.echo(Heartbeat(application.paths["heartbeats"], kind).check())
