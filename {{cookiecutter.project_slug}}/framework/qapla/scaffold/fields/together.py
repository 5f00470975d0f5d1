"""Rules that several models keep together: an order among them, and tables of different names."""

from collections.abc import Sequence
from typing import NoReturn

from qapla.scaffold.fields.column import Column
from qapla.scaffold.fields.proposals import key_of, renamed
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.rules import refuse
from qapla.scaffold.words import listed


def check_together(specs: Sequence[Spec]) -> list[Spec]:
    """Return models in the order of a list, but each after those that it refers to.

    Args:
        specs: All models of a project, with those that are added or changed.

    Raises:
        Refused: They refer to each other in a circle, or two tables have the same name.
    """
    _check_tables(specs)
    waiting, ordered = list(specs), []
    while waiting:
        open_names = {spec.name for spec in waiting}
        for spec in waiting:
            if not _targets(spec) & open_names - {spec.name}:
                break
        else:
            _refuse_circle(waiting, open_names)
        waiting.remove(spec)
        ordered.append(spec)
    return ordered


def _check_tables(specs: Sequence[Spec]) -> None:
    """Refuse a table between two models that has the name of another table."""
    taken = {(name.database, name.table) for spec in specs for name in (spec.name, *spec.known)}
    for spec in specs:
        for link in spec.links:
            table = (spec.name.database, link.link_table)
            if table in taken:
                rule = f"its table {link.link_table} would have the name of another one"
                refuse(SUBJECT, str(link.field), rule, str(renamed(link.field, "other_", "")))
            taken.add(table)


def _refuse_circle(specs: Sequence[Spec], names: set[ModelName]) -> NoReturn:
    """Refuse a reference of models each of which refers to another one of them."""
    # A walk along the references comes back to a model, with which the circle begins.
    walk: dict[ModelName, Column] = {}
    at = specs[0]
    while at.name not in walk:
        walk[at.name] = next(c for c in _references(at) if c.target in names - {at.name})
        at = next(spec for spec in specs if spec.name == walk[at.name].target)
    circle = list(walk)[list(walk).index(at.name) :]
    rule = f"{listed(circle)} would refer to each other in a circle, so that none can be first"
    refuse(SUBJECT, str(walk[at.name].field), rule, str(key_of(walk[at.name].field)))


def _targets(spec: Spec) -> set[ModelName | None]:
    return {column.target for column in _references(spec)}


def _references(spec: Spec) -> tuple[Column, ...]:
    return (*spec.references, *spec.links)
