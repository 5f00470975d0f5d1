"""Criteria that name a many-to-one relationship: the objects that a row may refer to."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, false, inspect, or_
from sqlalchemy.orm import MANYTOONE, Mapper, RelationshipProperty

from qapla.exceptions import QaplaError


def references(mapper: Mapper[Any]) -> Iterator[str]:
    """Yield the names of the many-to-one relationships of a model."""
    for relationship in mapper.relationships:
        if relationship.direction is MANYTOONE:
            yield relationship.key


def refers_to(relationship: RelationshipProperty[Any], value: Any) -> ColumnElement[bool]:
    """Return the condition of the rows that refer to an object, to one of several, or to none.

    Args:
        relationship: A many-to-one relationship.
        value: An object of its model, None, or a collection of these.

    Raises:
        QaplaError: A value is no object of the model, or one without a primary key.
    """
    if isinstance(value, (list, tuple, set, frozenset)):
        return or_(false(), *_conditions(relationship, value))
    return next(_conditions(relationship, [value]))


def _conditions(
    relationship: RelationshipProperty[Any], values: Collection[Any]
) -> Iterator[ColumnElement[bool]]:
    for value in values:
        if value is not None:
            _refuse_other(relationship, value)
        yield relationship.class_attribute == value


def _refuse_other(relationship: RelationshipProperty[Any], value: Any) -> None:
    name = f"{relationship.parent.class_.__name__}.{relationship.key}"
    model = relationship.mapper.class_
    if not isinstance(value, model):
        columns = [
            relationship.parent.get_property_by_column(column).key
            for column in sorted(relationship.local_columns, key=lambda column: column.name)
        ]
        raise QaplaError(
            f"{name} is compared with an object of {model.__name__} or None, not with {type(value).__name__}: "
            f"to compare a key, name {', '.join(columns)}"
        )
    state = inspect(value)
    if state.transient:
        raise QaplaError(
            f"{name} is compared with an object of {model.__name__} that is in no session and has "
            "no primary key: add it to the session first"
        )
