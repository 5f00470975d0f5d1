"""`qapla doctor`: the settings, the databases, the broker, the web, the workers and the versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qapla.cli.application import load
from qapla.cli.project import located_project

if TYPE_CHECKING:
    from qapla.ops.probes import Finding

# The embedded server may have to start first.
SECONDS = 15.0


@click.command()
@click.pass_obj
def doctor(directory: Path) -> None:
    """Show the settings, without secrets, and whether databases, broker and web are ready."""
    # Imported here, for a short `qapla --help`.
    from qapla.ops.databases import database_probes
    from qapla.ops.probes import Probes
    from qapla.ops.report import pool_of, resolved, versions

    application = load(located_project(directory)).run_command()
    for name, value in resolved(application.settings, application.settings_loader):
        click.echo(f"setting   {name} = {value}")
    databases = Probes(database_probes(application.dbs), SECONDS).run()
    others = Probes(application.probes, SECONDS).run()
    for name, finding in databases.items():
        database = application.dbs[name]
        shown = f"{_text(finding, database.target.url.password)}, {pool_of(database)}"
        click.echo(f"database  {name}: {shown}")
    others["web"] = _web(application)
    for name, finding in others.items():
        click.echo(f"{name:9} {_text(finding, None)}")
    if "broker" in others and others["broker"].ready:
        names = application.ask_workers(1.0)
        click.echo(f"workers   {', '.join(names) or 'none has answered within a second'}")
    click.echo(f"versions  {', '.join(versions())}")
    if not all(finding.ready for finding in (*databases.values(), *others.values())):
        raise SystemExit(1)


def _web(application: Any) -> "Finding":
    """Return whether the web application can be made."""
    from qapla.ops.probes import Finding
    from qapla.web.configuration import configure_web

    try:
        configure_web(application)
    except Exception as error:
        return Finding(False, f"cannot be made ({type(error).__name__})", error)
    return Finding(True, "can be made")


def _text(finding: "Finding", password: str | None) -> str:
    from qapla.ops.report import fault

    return finding.text if finding.ready else f"FAULT: {fault(finding, password)}"
