"""`qapla add`: a database, a model, fields of a model, an outbox, tokens."""

import click

from qapla.cli.project import BY_HAND, changing, lines_by_hand, next_steps
from qapla.scaffold.additions.database import add_database
from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.additions.model import add_model
from qapla.scaffold.additions.outbox import add_outbox
from qapla.scaffold.additions.tokens import add_tokens
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.fields.spec import parse_spec, with_fields
from qapla.scaffold.project import Project

FIELDS_HELP = """
A field is NAME:TYPE. The types are str(LENGTH), text, int, bigint, float, decimal(PRECISION, SCALE), bool,
date, datetime, uuid, json, bytes and enum(VALUE, ...); a model refers to one row of it,
MODEL(cascade) goes with that row, and MODEL(many) refers to many. Then ? for one that may be NULL,
! for a unique one, :index for an index, and =DEFAULT. Quote what the shell would read itself:
'price:decimal(10, 2)?'
"""


@click.group()
def add() -> None:
    """Add a database, a model, fields, an outbox or tokens."""


@add.command()
@click.argument("name")
@click.option("--unmanaged", is_flag=True, help="Others own its schema: no migrations.")
@changing
def database(project: Project, name: str, unmanaged: bool) -> list[str]:
    """Add a database, at the end of the list."""
    add_database(project, name, managed=not unmanaged)
    variable = f"{project.package}_databases__{name}__url".upper()
    if unmanaged:
        return ["", f"Set {variable}, and type next:", "", f"    uv run qapla adopt {name}"]
    return [
        *next_steps(f"uv run qapla add model {name}.Item name:str", "uv run pytest"),
        "",
        f"Without {variable} it is on the embedded PostgreSQL.",
    ]


@add.command(epilog=FIELDS_HELP)
@click.argument("model")
@click.argument("fields", nargs=-1)
@changing
def model(project: Project, model: str, fields: tuple[str, ...]) -> list[str]:
    """Add a model, [DATABASE.]MODEL, with its drivers, resource, migration and tests."""
    spec = parse_spec(model, project.databases(), project.package)
    spec = with_fields(spec, [parse_field(field) for field in fields], anew="(" not in model)
    add_model(project, spec)
    return _upgrade(project, spec.name.database)


@add.command(epilog=FIELDS_HELP)
@click.argument("model")
@click.argument("fields", nargs=-1, required=True)
@BY_HAND
@changing
def field(project: Project, model: str, fields: tuple[str, ...], by_hand: bool) -> list[str]:
    """Add fields to a model: to its module, its resource and their tests, with a revision."""
    name = project.model(model)
    add_fields(project, name, [parse_field(field) for field in fields])
    return [*lines_by_hand(project, by_hand), *_upgrade(project, name.database)]


@add.command()
@click.argument("database")
@changing
def outbox(project: Project, database: str) -> list[str]:
    """Add an outbox to a database, with its relay."""
    add_outbox(project, database)
    return _upgrade(project, database)


@add.command()
@click.argument("database")
@changing
def tokens(project: Project, database: str) -> list[str]:
    """Add bearer tokens to a database, which the web may ask for."""
    add_tokens(project, database)
    return [
        *_upgrade(project, database),
        "",
        f"The web asks for tokens with this line in {project.source}/web/__init__.py:",
        "",
        '    config.include(".security")',
    ]


def _upgrade(project: Project, database: str) -> list[str]:
    upgrade = [f"uv run qapla db upgrade --database {database}"] * project.managed()[database]
    return next_steps(*upgrade, "uv run pytest")
