"""The command: on a terminal a shell, otherwise a script."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from qapla.cli.application import load
from qapla.cli.db.running.selection import DATABASE, chosen
from qapla.cli.project import find_project


@click.command()
@DATABASE
@click.option("-c", "code", metavar="CODE", help="Run CODE, as `python -c` does.")
@click.pass_obj
def shell(directory: Path, names: Sequence[str], code: str | None) -> None:
    """Open Python with the models, their drivers, and a session for each database.

    Where standard input is no terminal, its code is run. Uncommitted writes are rolled back at the end.
    """
    # Imported here, for a short `qapla --help`.
    from qapla.cli.shell.banner import banner
    from qapla.cli.shell.interactive import interact
    from qapla.cli.shell.script import run_script
    from qapla.cli.shell.sessions import open_sessions
    from qapla.shell import HELPERS, classes_of, namespace

    application = load(find_project(directory)).run_shell()
    databases = chosen(application, names)
    classes = classes_of(databases)
    with open_sessions(databases) as (sessions, faults):
        known = {**HELPERS, **namespace(application, classes, sessions)}
        if code is not None:
            run_script(code, "<string>", known)
        elif sys.stdin.isatty():
            interact(banner(application, classes, faults), known)
        else:
            run_script(sys.stdin.read(), "<stdin>", known)
