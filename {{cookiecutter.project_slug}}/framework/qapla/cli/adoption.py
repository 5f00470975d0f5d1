"""`qapla adopt`: models of the tables that a database has already."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from qapla.cli.application import load
from qapla.cli.project import changing, next_steps
from qapla.exceptions import AdoptionError
from qapla.scaffold.project import Project
from qapla.scaffold.revisions import head


@click.command()
@click.argument("name", metavar="DATABASE")
@click.argument("tables", nargs=-1)
@click.option("--schema", help="The schema of the tables, where it is not the default one.")
@changing
def adopt(
    project: Project, name: str, tables: tuple[str, ...], schema: str | None
) -> Iterator[str]:
    """Make models and drivers of the tables of DATABASE, of all or of some.

    The database is only read, but for its stamp: its migrations begin with a revision that creates these
    tables, and is not run. An unmanaged database has no migrations, and no stamp.
    """
    project.refuse_unknown(name)
    application = load(project).run_command()
    below = _below(project, application, name)
    known = _known(project, name)
    url = application.dbs[name].url
    project.create(_files(project, name, url, schema, tables, known, below))
    return _finish(project, name)


def _finish(project: Project, name: str) -> Iterator[str]:
    """Stamp a managed database, when the files are written, and yield the next commands."""
    managed = project.managed()[name]
    if managed:
        _stamp(project, name)
    yield from next_steps(*[f"uv run qapla db check --database {name}"] * managed, "uv run pytest")


def _below(project: Project, application: Any, name: str) -> str | None:
    """Return the revision that the one of the tables follows, if the database has one.

    Raises:
        AdoptionError: The database is not at the head of its migrations.
    """
    if not project.managed()[name]:
        return None
    below = head(project, name)
    if below is not None and below not in application.dbs[name].migrations.applied():
        raise AdoptionError(
            f"database {name!r} is not at its head: type `uv run qapla db upgrade --database {name}` "
            "first"
        )
    return below


def _known(project: Project, name: str) -> dict[str, str]:
    """Return the models of a database that are there already, by their tables."""
    package = f"{project.package}.databases.{name}"
    return {
        model.table: f"{package}.{model.snake}:{model.name}"
        for model in project.models()
        if model.database == name
    }


def _files(
    project: Project,
    name: str,
    url: Any,
    schema: str | None,
    tables: Sequence[str],
    known: Mapping[str, str],
    below: str | None,
) -> dict[str, str]:
    """Return the modules of the models, and the revision of a managed database.

    Raises:
        AdoptionError: Every table has a model already, or there is none.
    """
    # Imported here, as the rest needs neither Alembic nor SQLAlchemy.
    from qapla.cli.adopt import base_revision, base_revision_id, formatted, reflect

    models = reflect(url, schema=schema, tables=tables, known=known, tell=_tell)
    if not models:
        raise AdoptionError(f"database {name!r} has no table without a model: make one there first")
    texts = {
        f"{project.source}/databases/{name}/{model.module}.py": model.source(project.package, name)
        for model in models
    }
    if project.managed()[name]:
        path = f"{project.versions(name)}/{base_revision_id(name, below)}_adopt_tables.py"
        texts[path] = base_revision(models, name, down_revision=below)
    return {path: formatted(text, project.root / path) for path, text in texts.items()}


def _stamp(project: Project, name: str) -> None:
    """Stamp a database with its head, in a process that has not imported the project yet.

    Raises:
        AdoptionError: Alembic cannot stamp it.
    """
    command = [sys.executable, "-m", "alembic", "-n", name, "stamp", "head"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason"]
        raise AdoptionError(
            f"database {name!r} is not stamped ({reason[0]}): type "
            f"`uv run alembic -n {name} stamp head`"
        )


def _tell(line: str) -> None:
    """Print a line about a thing that is left out."""
    click.echo(line, err=True)
