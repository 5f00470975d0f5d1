"""Values of unique columns, of which no two rows have the same."""

from collections.abc import Hashable
from itertools import count
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint


class UsedValues:
    """The values of unique columns that were made up before."""

    def __init__(self) -> None:
        self._used: dict[Column[Any], set[Any]] = {}
        # The first is that of every factory.
        self._seeds = count(2)

    def seed(self) -> int:
        """Return a seed of values that were not made up before."""
        return next(self._seeds)

    def take(self, column: Column[Any], value: Any) -> bool:
        """Whether a row may have a value, which no other row may have from now on."""
        if not isinstance(value, Hashable) or not _is_unique(column):
            return True
        used = self._used.setdefault(column, set())
        # MariaDB compares texts without their case.
        compared = value.casefold() if isinstance(value, str) else value
        is_new = compared not in used
        used.add(compared)
        return is_new


def is_natural_key(column: Column[Any]) -> bool:
    """Whether a column is of a primary key, and neither a default, a reference nor the server fills it."""
    table = column.table
    if not isinstance(table, Table) or not column.primary_key or column.foreign_keys:
        return False
    has_default = column.default is not None or column.server_default is not None
    return not has_default and column is not table.autoincrement_column


def _is_unique(column: Column[Any]) -> bool:
    if is_natural_key(column):
        return True
    table = column.table
    if not isinstance(table, Table):
        return False
    unique: list[Any] = [index for index in table.indexes if index.unique]
    unique += [part for part in table.constraints if isinstance(part, UniqueConstraint)]
    return any([*part.columns] == [column] for part in unique)
