"""`qapla codemod`: change the project's code for newer versions of the framework."""

import click

from qapla.cli.project import changing
from qapla.cli.updating.codemods import CODEMODS
from qapla.cli.updating.codemods.codemod import change_code
from qapla.scaffold.project import Project


@click.command()
@click.option(
    "--from",
    "version",
    metavar="VERSION",
    default="0",
    help="The version that the code was written for; without it all changes are made.",
)
@changing
def codemod(project: Project, version: str) -> list[str]:
    """Change the project's code for newer versions of the framework.

    `qapla update` does so by itself. A change that was made already changes nothing.
    """
    places = change_code(project, CODEMODS, version)
    return ["", "Change by hand:", "", *(f"    {place}" for place in places)] if places else []
