"""The source text of columns: attributes of a class, and columns of a table without one."""

from typing import Any

from sqlalchemy import (
    Column,
    Computed,
    DefaultClause,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Sequence,
    types,
)

from qapla.cli.adopt.source.column_types import DEFAULTS, type_source, value_source
from qapla.cli.adopt.source.imports import Imports, call, text_of

_MAXIMUMS: dict[type[Any], int] = {
    types.SmallInteger: 2**15 - 1,
    types.Integer: 2**31 - 1,
    types.BigInteger: 2**63 - 1,
}


def attribute_source(name: str, column: Column[Any], imports: Imports, *, is_named: bool) -> str:
    """Return the statement that maps a column.

    Args:
        name: The name of the attribute.
        column: The column.
        imports: The imports of the module.
        is_named: Whether the body of the class refers to the attribute, which needs a value then.
    """
    imports.add("sqlalchemy.orm", "Mapped")
    values = value_source(column.type, imports)
    is_optional = column.nullable and not column.primary_key
    annotation = f"{values} | None" if is_optional else values
    arguments = [] if name == column.name else [repr(column.name)]
    arguments += _arguments(column, values, imports)
    arguments += _keywords(column, imports)
    if not arguments and not is_named:
        return f"{name}: Mapped[{annotation}]"
    mapped = call(imports.add("sqlalchemy.orm", "mapped_column"), *arguments)
    return f"{name}: Mapped[{annotation}] = {mapped}"


def column_source(column: Column[Any], imports: Imports) -> str:
    """Return the call that makes a column of a table without a class."""
    is_required = not (column.nullable or column.primary_key)
    return call(
        imports.add("sqlalchemy", "Column"),
        repr(column.name),
        *_arguments(column, "", imports),
        *_keywords(column, imports),
        *(["nullable=False"] if is_required else []),
    )


def reference_source(constraint: ForeignKeyConstraint, imports: Imports) -> str:
    """Return the call that makes the foreign key of a column."""
    (key,) = constraint.elements
    return call(
        imports.add("sqlalchemy", "ForeignKey"),
        repr(f"{key.column.table.fullname}.{key.column.name}"),
        **reference_options(constraint),
    )


def reference_options(constraint: ForeignKeyConstraint) -> dict[str, object]:
    """Return the keywords of a foreign key."""
    options = ("name", "ondelete", "onupdate", "deferrable", "initially", "match", "use_alter")
    return {option: getattr(constraint, option) for option in options}


def _arguments(column: Column[Any], values: str, imports: Imports) -> list[str]:
    """Return the positional arguments: the type, unless it is clear, and the keys and defaults."""
    references = sorted(
        (it for it in column.table.foreign_key_constraints if list(it.columns) == [column]),
        key=lambda constraint: str(constraint.name),
    )
    written = type_source(column.type, Imports())
    if references:
        (key,) = references[0].elements
        is_clear = written == type_source(key.column.type, Imports())
    else:
        is_clear = written == DEFAULTS.get(values)
    arguments = [] if is_clear else [type_source(column.type, imports)]
    arguments += [reference_source(constraint, imports) for constraint in references]
    if isinstance(column.default, Sequence):
        arguments.append(_sequence_source(column.default, imports))
    default: Any = column.server_default
    if isinstance(default, Identity):
        arguments.append(_identity_source(column, default, imports))
    elif isinstance(default, Computed):
        name = imports.add("sqlalchemy", "Computed")
        kept = [] if default.persisted is None else [f"persisted={default.persisted}"]
        sql: Any = default.sqltext
        arguments.append(call(name, repr(sql.text), *kept))
    return arguments


def _keywords(column: Column[Any], imports: Imports) -> list[str]:
    """Return the keyword arguments."""
    keywords = ["primary_key=True"] if column.primary_key else []
    if column.primary_key and _autoincrement(column) is not None:
        keywords.append(f"autoincrement={_autoincrement(column)}")
    default: Any = column.server_default
    if isinstance(default, DefaultClause):
        sql: Any = default.arg
        keywords.append(f"server_default={text_of(sql.text, imports)}")
        if " on update " in sql.text.lower():
            # The value is read again after an update.
            fetched = call(imports.add("sqlalchemy", "FetchedValue"))
            keywords.append(f"server_onupdate={fetched}")
    if column.comment:
        keywords.append(f"comment={column.comment!r}")
    return keywords


def _autoincrement(column: Column[Any]) -> bool | None:
    """Return whether a key counts by itself, or None where SQLAlchemy assumes the right answer."""
    keys = list(column.table.primary_key)
    counts = column.autoincrement is True and column.server_default is None
    is_assumed = len(keys) == 1 and isinstance(column.type, Integer) and not column.foreign_keys
    if column.autoincrement == "auto" or counts == is_assumed or column.server_default is not None:
        return None
    return counts


def _sequence_source(sequence: Sequence, imports: Imports) -> str:
    return call(
        imports.add("sqlalchemy", "Sequence"),
        repr(sequence.name),
        start=sequence.start,
        increment=sequence.increment,
        schema=sequence.schema,
    )


def _identity_source(column: Column[Any], identity: Identity, imports: Imports) -> str:
    maximum = next((_MAXIMUMS[kind] for kind in _MAXIMUMS if type(column.type) is kind), None)
    usual = {"start": 1, "increment": 1, "minvalue": 1, "maxvalue": maximum, "cache": 1}
    given = {name: getattr(identity, name) for name in (*usual, "always", "cycle")}
    changed = {name: value for name, value in given.items() if usual.get(name) != value}
    return call(imports.add("sqlalchemy", "Identity"), **changed)
