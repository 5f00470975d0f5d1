"""`qapla remove`: a database, a model, fields of a model."""

from functools import partial

import click

from qapla.cli.applied import may_be_applied
from qapla.cli.project import BY_HAND, changing, lines_by_hand, next_steps
from qapla.scaffold.project import Project
from qapla.scaffold.removals.attributes import attribute_uses
from qapla.scaffold.removals.database import remove_database
from qapla.scaffold.removals.field import remove_fields
from qapla.scaffold.removals.model import remove_model
from qapla.scaffold.words import listed

CHANGED = click.option("--changed", is_flag=True, help="Delete files that were changed, too.")


@click.group()
def remove() -> None:
    """Remove a database, a model or fields, as far as they are as they were added.

    The tables go with a revision, at the next upgrade. A revision that cannot have been applied is
    deleted instead.
    """


@remove.command()
@click.argument("name")
@CHANGED
@click.option("--revisions", is_flag=True, help="Delete its revisions, too.")
@changing
def database(project: Project, name: str, changed: bool, revisions: bool) -> list[str]:
    """Remove a database from the project; its data stay."""
    remove_database(project, name, changed_too=changed, revisions_too=revisions)
    return ["", f"The database {name} itself is still there: drop it on its server."]


@remove.command()
@click.argument("model")
@CHANGED
@changing
def model(project: Project, model: str, changed: bool) -> list[str]:
    """Remove a model, [DATABASE.]MODEL, with its resource and tests."""
    name = project.model(model)
    remove_model(project, name, partial(may_be_applied, project), changed_too=changed)
    return _upgrade(project, name.database, f"the table {name.table} with its rows")


@remove.command()
@click.argument("model")
@click.argument("fields", nargs=-1, required=True)
@BY_HAND
@changing
def field(project: Project, model: str, fields: tuple[str, ...], by_hand: bool) -> list[str]:
    """Remove fields from a model, by their names."""
    name = project.model(model)
    attributes = remove_fields(project, name, fields, partial(may_be_applied, project))
    uses = attribute_uses(project, name, attributes)
    if uses:
        # Also of a trial, whose output is the diff.
        title = f"these lines still use {listed(attributes)}: change them by hand"
        click.echo("\n".join([title, "", *(f"    {line}" for line in uses), ""]), err=True)
    lost = f"{', '.join(dict.fromkeys(fields))} from the table {name.table}"
    return [*lines_by_hand(project, by_hand), *_upgrade(project, name.database, lost)]


def _upgrade(project: Project, database: str, lost: str) -> list[str]:
    """Return the next commands; an upgrade loses data where a revision was added."""
    actions = project.changes.actions()
    versions = f"{project.versions(database)}/"
    if any(action == "create" for path, action in actions.items() if path.startswith(versions)):
        upgrade = f"uv run qapla db upgrade --database {database}"
        return ["", f"The upgrade drops {lost}.", *next_steps(upgrade, "uv run pytest")]
    return next_steps("uv run pytest")
