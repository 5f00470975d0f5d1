"""The upsert of the engines that have `INSERT … ON CONFLICT`: PostgreSQL and SQLite."""

from typing import Any

from qapla.database.dialects.base import Upsert


def on_conflict(insert: Any, parts: Upsert) -> Any:
    """Return an `INSERT` that updates the rows which are there already.

    Args:
        insert: The engine's own construct, for the table.
        parts: The columns of the statement.
    """
    into: dict[str, Any] = {"index_elements": parts.columns, "index_where": parts.predicate}
    if not parts.changed:
        # Where nothing is given to change, a row that is there is left alone.
        return insert.on_conflict_do_nothing(**into)
    taken = {column.name: insert.excluded[column.key] for column in parts.changed}
    taken.update((column.name, value) for column, value in parts.values.items())
    return insert.on_conflict_do_update(**into, set_=taken, where=parts.kind)
