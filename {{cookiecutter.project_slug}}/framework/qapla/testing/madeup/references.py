"""References of a model that a row of it cannot do without: foreign keys that are NOT NULL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, inspect
from sqlalchemy.orm import Mapper, RelationshipDirection, RelationshipProperty


@dataclass(frozen=True)
class Reference:
    """A required reference.

    Args:
        mapper: The mapper of the model.
        key: The foreign key.
        relationship: The relationship over its columns, if the model has one.
    """

    mapper: Mapper[Any]
    key: ForeignKeyConstraint
    relationship: RelationshipProperty[Any] | None

    @property
    def columns(self) -> dict[str, Column[Any]]:
        """Return the referred columns by the attributes that refer to them."""
        found = self.mapper.get_property_by_column
        return {found(element.parent).key: element.column for element in self.key.elements}

    @property
    def attribute(self) -> str:
        """Return the attribute by which a row is given: the relationship, or else the key."""
        return next(iter(self.columns)) if self.relationship is None else self.relationship.key

    def values(self, row: Any) -> dict[str, Any]:
        """Return the values of the attributes that refer to a row."""
        found = inspect(type(row)).get_property_by_column
        return {name: getattr(row, found(column).key) for name, column in self.columns.items()}

    @property
    def names(self) -> set[str]:
        """Return the attributes of which each gives the reference."""
        related = {self.relationship.key} if self.relationship is not None else set()
        return {*self.columns, *related}

    @property
    def model(self) -> type[Any] | None:
        """Return the class of the referred rows, or None if the table has no model."""
        if self.relationship is not None:
            return self.relationship.mapper.class_
        for other in self.mapper.registry.mappers:
            if other.local_table is self.key.referred_table:
                return other.base_mapper.class_ if other.single else other.class_
        return None


def required_references(mapper: Mapper[Any]) -> Iterator[Reference]:
    """Yield the references that a row of a model must have."""
    for table in mapper.tables:
        if isinstance(table, Table):
            for key in table.foreign_key_constraints:
                if any(map(_is_required, key.columns)) and not _joins_parent(mapper, key):
                    yield Reference(mapper, key, _relationship(mapper, key))


def _is_required(column: Column[Any]) -> bool:
    return not column.nullable and column.default is None and column.server_default is None


def _joins_parent(mapper: Mapper[Any], key: ForeignKeyConstraint) -> bool:
    """Whether a foreign key is the key of a row in the table of the class that a model inherits."""
    return key.referred_table in mapper.tables and all(c.primary_key for c in key.columns)


def _relationship(
    mapper: Mapper[Any], key: ForeignKeyConstraint
) -> RelationshipProperty[Any] | None:
    for found in mapper.relationships:
        is_one = found.direction is RelationshipDirection.MANYTOONE and not found.viewonly
        if is_one and found.local_columns == set(key.columns):
            return found
    return None
