"""The source text of a class, and of the tables between two models."""

from collections.abc import Collection, Container

from sqlacodegen.models import Model, ModelClass, RelationshipAttribute
from sqlalchemy import Dialect

from qapla.cli.adopt.source.columns import attribute_source, column_source
from qapla.cli.adopt.source.constraints import table_arguments, table_options
from qapla.cli.adopt.source.imports import Imports, call
from qapla.cli.adopt.source.relationships import named_attributes, relationship_source
from qapla.scaffold.names.model import ModelName


def class_source(
    model: ModelClass,
    every: Collection[RelationshipAttribute],
    known: Container[str],
    dialect: Dialect,
    imports: Imports,
) -> str:
    """Return the source text of a class.

    Args:
        model: The model.
        every: All relationships of the models that are being written.
        known: The tables that have a model already.
        dialect: The dialect of the database.
        imports: The imports of the module.
    """
    noun = ModelName("", model.name).a_noun
    named = named_attributes(model.relationships)
    attributes = [
        attribute_source(it.name, it.column, imports, is_named=it.name in named)
        for it in model.columns
    ]
    relationships = [
        relationship_source(it, every, imports, both_ways=it.target.table.fullname not in known)
        for it in model.relationships
    ]
    arguments = table_arguments(model.table, dialect, imports)
    options = table_options(model.table, dialect)
    lines = [
        f"class {model.name}(Model):",
        f'    """{noun[:1].upper()}{noun[1:]}."""',
        "",
        f"    __tablename__ = {model.table.name!r}",
    ]
    if arguments or options:
        parts = [*arguments, *([repr(options)] if options else [])]
        lines.append(f"    __table_args__ = ({', '.join(parts)},)")
    lines += ["", *(f"    {line}" for line in attributes)]
    if relationships:
        lines += ["", *(f"    {line}" for line in relationships)]
    return "\n".join(lines)


def table_source(model: Model, dialect: Dialect, imports: Imports) -> str:
    """Return the statement that makes a table without a class."""
    table = model.table
    made = call(
        imports.add("sqlalchemy", "Table"),
        repr(table.name),
        "Model.metadata",
        *(column_source(column, imports) for column in table.columns),
        *table_arguments(table, dialect, imports),
        **table_options(table, dialect),
    )
    return f"{model.name} = {made}"
