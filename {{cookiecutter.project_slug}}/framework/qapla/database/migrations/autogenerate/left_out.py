"""Columns, indexes and constraints of a table that its model leaves out, and autogenerate then too."""

from sqlalchemy import Table

# The key of a table's `info` that lists their names, as in `info={"left_out": ["place"]}`.
LEFT_OUT = "left_out"
# The kinds of names that autogenerate finds in a table.
KINDS = ("column", "index", "unique_constraint", "foreign_key_constraint")


def leave_out(table: Table, names: set[str]) -> None:
    """Add names to those that a table leaves out."""
    if names:
        table.info[LEFT_OUT] = sorted({*table.info.get(LEFT_OUT, ()), *names})


def left_out(table: Table) -> set[str]:
    """Return the names that a table leaves out. A column that was added to its model is none of them."""
    return set(table.info.get(LEFT_OUT, ())) - set(table.columns.keys())
