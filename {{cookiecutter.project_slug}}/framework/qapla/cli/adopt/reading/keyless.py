"""Leave out the tables that no class can be mapped to, and the foreign keys that refer to them."""

from collections.abc import Iterator

from sqlalchemy import MetaData, Table

from qapla.cli.adopt.reading import Tell
from qapla.database.migrations.autogenerate.left_out import leave_out


def leave_out_keyless(metadata: MetaData, tell: Tell) -> None:
    """Remove the tables without a primary key, except those between two models.

    Args:
        metadata: The tables.
        tell: A function that is called with a line about each thing that is left out.
    """
    while keyless := list(_keyless(metadata)):
        for table in keyless:
            tell(f"the table {table.fullname!r} is left out, as it has no primary key")
            for other in metadata.tables.values():
                _remove_references(other, table, tell)
            metadata.remove(table)


def is_link(table: Table) -> bool:
    """Whether a table only connects the rows of two others: it is two foreign keys, and nothing else."""
    keys = table.foreign_key_constraints
    return len(keys) == 2 and all(column.foreign_keys for column in table.columns)


def _keyless(metadata: MetaData) -> Iterator[Table]:
    for table in metadata.tables.values():
        if not table.primary_key.columns and not is_link(table):
            yield table


def _remove_references(table: Table, referred: Table, tell: Tell) -> None:
    for constraint in list(table.foreign_key_constraints):
        if constraint.referred_table is referred:
            columns = ", ".join(column.name for column in constraint.columns)
            tell(
                f"the foreign key of {table.fullname!r} over {columns} is left out, as "
                f"{referred.fullname!r} is"
            )
            table.constraints.remove(constraint)
            leave_out(table, {str(constraint.name)} if constraint.name else set())
            for key in constraint.elements:
                key.parent.foreign_keys.remove(key)
                table.foreign_keys.remove(key)
