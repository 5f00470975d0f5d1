"""The names of constraints, indexes and tables that a field needs, as long as each engine has them."""

from collections.abc import Iterator
from dataclasses import replace

from qapla.scaffold.fields.column import Column
from qapla.scaffold.fields.proposals import key_of
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.names.rules import LONGEST_IDENTIFIER, refuse


def check_identifiers(column: Column) -> None:
    """Refuse a field whose name would make a longer one than PostgreSQL has.

    Raises:
        Refused: One would be too long.
    """
    for kind, identifier in _identifiers(column):
        excess = len(identifier) - LONGEST_IDENTIFIER
        if excess > 0:
            field = column.field
            rule = (
                f"its {kind} {identifier} would be longer than the {LONGEST_IDENTIFIER} bytes of a "
                "name in PostgreSQL"
            )
            shorter = replace(field, name=field.name[:-excess].strip("_") or field.name[:1])
            if excess >= len(field.name):
                # No name is short enough for a reference.
                shorter = key_of(field)
            refuse(SUBJECT, str(field), rule, str(shorter))


def _identifiers(column: Column) -> Iterator[tuple[str, str]]:
    table = column.model.table
    yield from (("foreign key", key.name) for key in column.keys)
    if column.field.is_many:
        yield "index", f"ix_{column.link_table}_{column.keys[1].column}"
        return
    if column.is_unique:
        yield "constraint", f"uq_{table}_{column.name}"
    if column.is_indexed:
        yield "index", f"ix_{table}_{column.name}"
    if column.is_enum:
        yield "constraint", f"ck_{table}_{column.name}"
