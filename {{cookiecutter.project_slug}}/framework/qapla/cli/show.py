"""`qapla list` and `qapla routes`: the contents of the project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from qapla.cli.application import load, place_of
from qapla.cli.db.running.outcome import NOT_MANAGED
from qapla.cli.project import find_project
from qapla.cli.table import aligned
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project


@click.command("list")
@click.pass_obj
def list_(directory: Path) -> None:
    """List the databases, with their URLs and the heads of their migrations, and their models."""
    project = find_project(directory)
    application = load(project).run_command()
    fields = {spec.name: ", ".join(map(str, spec.fields)) for spec in project.specs()}
    models = project.models()
    for name in project.databases():
        database = application.dbs[name]
        click.echo(f"{name}  {place_of(database)}  {_heads(database)}")
        for model in models:
            if model.database == name:
                click.echo(f"    {model.name}  {fields.get(model) or _columns(project, model)}")


@click.command()
@click.pass_obj
def routes(directory: Path) -> None:
    """List the routes: method, path, view and permission, or `public`."""
    # Imported here, as only this command needs the web.
    from qapla.web.configuration import configure_web

    rows = list(_routes(configure_web(load(find_project(directory)))))
    for line in aligned(rows):
        click.echo(line)


def _heads(database: Any) -> str:
    if not database.managed:
        return NOT_MANAGED
    heads = database.migrations.heads()
    return f"head {', '.join(heads)}" if heads else "no revision"


def _columns(project: Project, model: ModelName) -> str:
    """Return the columns of a model that was written by hand, as its mapper has them."""
    from importlib import import_module

    from sqlalchemy import inspect

    module = import_module(f"{project.package}.databases.{model.database}.{model.snake}")
    columns = inspect(getattr(module, model.name)).columns
    return ", ".join(f"{column.key}: {column.type!r}" for column in columns)


def _routes(registry: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of the table of routes, in their order."""
    # Imported here, as only this command needs the web.
    from qapla.web.introspection import methods_of, views_of_routes

    for route, view, permission in views_of_routes(registry):
        methods = methods_of(view) or (("HEAD",) if view["request_methods"] else ("*",))
        yield ",".join(methods), route["pattern"], _name(view), str(permission or "public")


def _name(view: Any) -> str:
    function = view["callable"]
    # A view may be an object that is called.
    named = function if hasattr(function, "__qualname__") else type(function)
    name = f"{named.__module__}.{named.__qualname__}"
    return f"{name}.{view['attr']}" if view["attr"] else name
