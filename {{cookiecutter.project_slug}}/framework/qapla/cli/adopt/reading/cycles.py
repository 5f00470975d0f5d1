"""Break the cycles of tables that refer to each other: some of the foreign keys are created later."""

from collections.abc import Collection, Iterator

from sqlalchemy import ForeignKeyConstraint, Table

# A table, and another one that it refers to.
_Pair = tuple[Table, Table]


def break_cycles(tables: Collection[Table]) -> None:
    """Mark foreign keys with `use_alter`, until the others make no cycle.

    Those without NOT NULL come first: a row can be written before the one that it refers to.

    Args:
        tables: The tables; one that refers to itself is no cycle.
    """
    while pairs := sorted(_cyclic(tables), key=_cost):
        for key in _keys(pairs[0]):
            key.use_alter = True


def _cyclic(tables: Collection[Table]) -> Iterator[_Pair]:
    """Yield each pair of tables that is part of a cycle."""
    for table in tables:
        for other in _referred(table):
            if table in _reached(other):
                yield table, other


def _reached(table: Table) -> set[Table]:
    """Return a table, and all those that it refers to, directly or not."""
    reached, left = set(), [table]
    while left:
        found = left.pop()
        if found not in reached:
            reached.add(found)
            left += _referred(found)
    return reached


def _referred(table: Table) -> set[Table]:
    """Return the other tables that a table refers to, without those of foreign keys to be added later."""
    keys = table.foreign_key_constraints
    return {key.referred_table for key in keys if not key.use_alter} - {table}


def _keys(pair: _Pair) -> list[ForeignKeyConstraint]:
    table, other = pair
    return [key for key in table.foreign_key_constraints if key.referred_table is other]


def _cost(pair: _Pair) -> tuple[bool, int, str, str]:
    """Return the order in which pairs are broken, cheap ones first."""
    keys = _keys(pair)
    required = any(not column.nullable for key in keys for column in key.columns)
    return required, len(keys), pair[0].fullname, pair[1].fullname
