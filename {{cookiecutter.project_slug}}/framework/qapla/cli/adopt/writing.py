"""Write the models of tables: a module for each class, with the tables between it and others."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlacodegen.models import Model, ModelClass, RelationshipAttribute
from sqlacodegen.utils import get_constraint_sort_key
from sqlalchemy import Connection, Dialect, MetaData

from qapla.cli.adopt.finder import ModelFinder
from qapla.cli.adopt.model import AdoptedModel
from qapla.cli.adopt.names import module_name
from qapla.cli.adopt.reading import Tell
from qapla.cli.adopt.reading.keyless import leave_out_keyless
from qapla.cli.adopt.source.classes import class_source, table_source
from qapla.cli.adopt.source.imports import Imports


def write_models(
    metadata: MetaData, connection: Connection, known: Mapping[str, str], tell: Tell
) -> list[AdoptedModel]:
    """Return the models of tables, in the order of their names.

    Args:
        metadata: The tables.
        connection: A connection to their database.
        known: The models that are there already, as in `reflect`.
        tell: A function that is called with a line about each thing that is left out.
    """
    leave_out_keyless(metadata, tell)
    classes = {table: place.partition(":")[2] for table, place in known.items()}
    found = ModelFinder(metadata, connection, classes).find()
    models = [it for it in found if isinstance(it, ModelClass) and it.table.fullname not in known]
    links = _by_owner([it for it in found if not isinstance(it, ModelClass)], models, tell)
    every = [relationship for model in models for relationship in model.relationships]
    dialect = connection.dialect
    written = [_written(model, links[model.name], every, known, dialect) for model in models]
    return sorted(written, key=lambda model: model.name)


def _by_owner(
    links: list[Model], models: list[ModelClass], tell: Tell
) -> defaultdict[str, list[Model]]:
    """Return the tables between two models by the name of the one in whose module they are."""
    owners = {model.table: model.name for model in models}
    found: defaultdict[str, list[Model]] = defaultdict(list)
    for link in links:
        keys = sorted(link.table.foreign_key_constraints, key=get_constraint_sort_key)
        names = [owners[key.referred_table] for key in keys if key.referred_table in owners]
        if names:
            found[names[0]].append(link)
        else:
            tell(
                f"the table {link.table.fullname!r} is left out, as the models on both sides of it are "
                "there already: add it by hand"
            )
    return found


def _written(
    model: ModelClass,
    links: list[Model],
    every: list[RelationshipAttribute],
    known: Mapping[str, str],
    dialect: Dialect,
) -> AdoptedModel:
    imports = Imports()
    parts = [table_source(link, dialect, imports) for link in links]
    parts.append(class_source(model, every, known, dialect, imports))
    return AdoptedModel(
        name=model.name,
        table=model.table.fullname,
        module=module_name(model.name),
        imports=tuple(imports.lines()),
        body="\n\n\n".join(parts),
        others=dict(_others(model, known)),
        tables=(*(link.table for link in links), model.table),
        dialect=dialect.name,
    )


def _others(model: ModelClass, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the other models that a model refers to, with their modules."""
    for relationship in model.relationships:
        other = relationship.target
        if other is not model:
            place = known.get(other.table.fullname)
            yield other.name, place.partition(":")[0] if place else module_name(other.name)
