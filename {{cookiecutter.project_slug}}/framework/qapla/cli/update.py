"""`qapla update`: bring a newer version of the template into the project."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from qapla.cli.project import DRY_RUN, locked_project, next_steps
from qapla.cli.updating.answers import read_answers
from qapla.cli.updating.cruft import CruftFile
from qapla.cli.updating.ownership import is_maintained
from qapla.cli.updating.repository import Repository
from qapla.cli.updating.template import Template
from qapla.cli.updating.update import Prepared, apply, find_version, prepare

UPDATE_HELP = """
TEMPLATE is the URL or the path of the template's git repository. Git merges the difference between
both versions of the template into the working tree, and marks the conflicts.
"""


@click.command(epilog=UPDATE_HELP)
@click.argument("template")
@click.option(
    "--to", metavar="REF", help="The tag, branch or commit to update to (the newest tag)."
)
@click.option(
    "--from", "base", metavar="REF", help="The tag, branch or commit that the project is at."
)
@DRY_RUN
@click.pass_context
def update(
    context: click.Context, template: str, to: str | None, base: str | None, dry_run: bool
) -> None:
    """Update the project to a newer version of its template."""
    project = context.with_resource(locked_project(context.obj))
    repository = Repository(project.root)
    answers, cruft = read_answers(project), CruftFile(project.root)
    repository.refuse_changes()
    with tempfile.TemporaryDirectory() as directory:
        source = Template(template, Path(directory))
        old = source.version(base) if base else find_version(source, answers, cruft)
        new = source.version(to) if to else source.newest()
        if source.contains(old, new):
            click.echo(f"Nothing to update: the project is at {old.name} of the template.")
            return
        prepared = prepare(repository, source, old, new, answers)
        if dry_run:
            with repository.copy() as copy:
                apply(copy, prepared, cruft)
                click.echo(copy.diff())
            return
        conflicts, output = apply(repository, prepared, cruft)
    changed = len(repository.changed())
    click.echo(f"Updated from {old.name} to {new.name} of the template: {changed} files.")
    click.echo(output, nl=False)
    _report(prepared, conflicts)
    if conflicts:
        context.exit(1)


def _report(prepared: Prepared, conflicts: list[str]) -> None:
    """Print the work that an update leaves to the user, and the next commands."""
    if prepared.gone:
        _list("The template has changed these too, which the project does not have", prepared.gone)
    message = f"Update the template to {prepared.new.name}"
    steps = ["uv sync --inexact", "uv run pytest", f'git commit --all --message "{message}"']
    if conflicts:
        _list("Resolve the conflicts in these", map(_advice, conflicts))
        steps = ["git add --all", "uv run qapla codemod", *steps]
    for line in next_steps(*steps):
        click.echo(line)
    click.echo("\nThis takes the update back:\n\n    git reset --hard")


def _list(title: str, lines: Iterable[str]) -> None:
    click.echo("\n".join(["", f"{title}:", "", *(f"    {line}" for line in lines)]))


def _advice(path: str) -> str:
    if not is_maintained(path):
        return path
    return f"{path} (the template's: `git checkout --theirs {path}` takes its side)"
