"""The source text of the constraints, indexes and options of a table."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Table,
    TextClause,
    UniqueConstraint,
)

from qapla.cli.adopt.source.columns import reference_options
from qapla.cli.adopt.source.imports import Imports, call, text_of
from qapla.database.migrations.autogenerate.left_out import LEFT_OUT

# An option of the reading, which is in the table too.
_READING = ("postgresql_ignore_search_path",)


def table_arguments(table: Table, dialect: Dialect, imports: Imports) -> list[str]:
    """Return the constraints and indexes of a table, without the foreign keys of single columns.

    Args:
        table: The table.
        dialect: The dialect of its database.
        imports: The imports of the module.
    """
    arguments = []
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            arguments.append(_unique_source(constraint, imports))
        elif isinstance(constraint, CheckConstraint):
            arguments.append(_check_source(constraint, imports))
        elif isinstance(constraint, ForeignKeyConstraint) and len(constraint.elements) > 1:
            arguments.append(_reference_source(constraint, imports))
    indexes = [_index_source(index, dialect, imports) for index in table.indexes]
    # They are in sets, whose order is another one each time.
    return [*sorted(arguments), *sorted(indexes)]


def table_options(table: Table, dialect: Dialect) -> dict[str, object]:
    """Return the keywords of a table: its schema, comment and left-out names, and options of its engine."""
    own = {
        name.replace(" ", "_"): value
        for name, value in sorted(table.dialect_kwargs.items())
        if name.startswith(f"{dialect.name}_") and name not in _READING
    }
    info = {LEFT_OUT: table.info[LEFT_OUT]} if LEFT_OUT in table.info else None
    options = {"schema": table.schema, "comment": table.comment, "info": info, **own}
    return {name: value for name, value in options.items() if value is not None}


def _unique_source(constraint: UniqueConstraint, imports: Imports) -> str:
    return call(
        imports.add("sqlalchemy", "UniqueConstraint"),
        *(repr(column.name) for column in constraint.columns),
        name=constraint.name,
        deferrable=constraint.deferrable,
        initially=constraint.initially,
        **_dialect_options(constraint),
    )


def _check_source(constraint: CheckConstraint, imports: Imports) -> str:
    # A convention would put more before its name.
    name = call(imports.add("sqlalchemy.schema", "conv"), repr(str(constraint.name)))
    sql: Any = constraint.sqltext
    return call(imports.add("sqlalchemy", "CheckConstraint"), repr(sql.text), f"name={name}")


def _reference_source(constraint: ForeignKeyConstraint, imports: Imports) -> str:
    keys = constraint.elements
    return call(
        imports.add("sqlalchemy", "ForeignKeyConstraint"),
        repr([column.name for column in constraint.columns]),
        repr([f"{key.column.table.fullname}.{key.column.name}" for key in keys]),
        **reference_options(constraint),
    )


def _index_source(index: Index, dialect: Dialect, imports: Imports) -> str:
    options = _dialect_options(index)
    texts = {key: value for key, value in options.items() if isinstance(value, TextClause)}
    written = [f"{key}={text_of(value.text, imports)}" for key, value in texts.items()]
    return call(
        imports.add("sqlalchemy", "Index"),
        repr(index.name),
        *(_expression_source(item, dialect, imports) for item in index.expressions),
        *(["unique=True"] if index.unique else []),
        *written,
        **{key: value for key, value in options.items() if key not in texts},
    )


def _expression_source(item: Any, dialect: Dialect, imports: Imports) -> str:
    """Return a part of an index: the name of a column, or an expression."""
    if isinstance(item, Column):
        return repr(item.name)
    if isinstance(item, TextClause):
        return text_of(item.text, imports)
    options = {"literal_binds": True, "include_table": False}
    return text_of(str(item.compile(dialect=dialect, compile_kwargs=options)), imports)


def _dialect_options(item: Any) -> dict[str, Any]:
    """Return the options of an engine that are set."""
    return {key: value for key, value in sorted(item.dialect_kwargs.items()) if _is_set(value)}


def _is_set(value: Any) -> bool:
    return isinstance(value, TextClause) or bool(value)
