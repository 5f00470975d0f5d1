"""Values that the mapper fills in: versions, discriminators, Python-side defaults.

The session does all this for objects; here it is for rows that are written without one.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, literal_column
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.schema import Column


@dataclass(frozen=True)
class DefaultContext:
    """Stand-in for SQLAlchemy's execution context, passed to context-sensitive defaults.

    Source: SQLAlchemy, "DefaultContext-Sensitive Default Functions".
    """

    current_parameters: dict[str, Any]

    def get_current_parameters(self, isolate_multiinsert_groups: bool = True) -> dict[str, Any]:
        """Return the values of the row by the keys of its columns."""
        return self.current_parameters


def evaluate_default(default: Any, row: dict[str, Any]) -> Any:
    """Return the value, or the expression, of a column's default or onupdate for a row."""
    return default.arg(DefaultContext(row)) if default.is_callable else default.arg


def mapper_values(mapper: Mapper[Any]) -> Iterator[tuple[Column[Any], Callable[[], Any]]]:
    """Yield the columns that the mapper itself fills in a new row, with a function for the value."""
    version, generator = mapper.version_id_col, mapper.version_id_generator
    if isinstance(version, Column) and callable(generator):
        yield version, lambda: generator(None)
    discriminator: Any = mapper.polymorphic_on
    if isinstance(discriminator, Column) and mapper.polymorphic_identity is not None:
        yield discriminator, lambda: mapper.polymorphic_identity


def version_name(mapper: Mapper[Any]) -> str | None:
    """Return the name of the attribute by which a lost race is noticed, if there is one."""
    column = mapper.version_id_col
    return None if column is None else mapper.get_property_by_column(column).key


def changed_values(mapper: Mapper[Any], given: Collection[str]) -> dict[str, Any]:
    """Return the values that a statement over many rows changes besides the given ones.

    They are the version, and each column that changes with every update.

    Args:
        mapper: The mapper of the model.
        given: The names of the attributes that the caller gives.
    """
    values: dict[str, Any] = {}
    for attribute in mapper.column_attrs:
        column: Any = attribute.columns[0]
        if attribute.key in given or not isinstance(column, Column):
            continue
        if column is mapper.version_id_col:
            if (generator := mapper.version_id_generator) and callable(generator):
                number = isinstance(column.type, Integer)
                values[attribute.key] = column + literal_column("1") if number else generator(None)
        elif column.onupdate is not None and not column.onupdate.is_sequence:
            values[attribute.key] = evaluate_default(column.onupdate, {})
    return values
