"""What both drivers are made of: a session, a model, and the names of the model's columns."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ColumnElement, inspect, or_
from sqlalchemy.orm import Mapper, QueryableAttribute, Session

from qapla.exceptions import UnknownAttribute

M = TypeVar("M")


class Driver(Generic[M]):
    """Hold the session that a driver works on.

    Args:
        session: An open session of the database that `model` belongs to.
    """

    model: ClassVar[type[Any]]

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def mapper(self) -> Mapper[Any]:
        """Return the mapper of the model."""
        mapper: Mapper[Any] = inspect(self.model)
        return mapper

    @property
    def name(self) -> str:
        """Return the name of the model, as messages have it."""
        return self.model.__name__

    def column(self, name: str) -> QueryableAttribute[Any]:
        """Return a column of the model by the name of its attribute.

        Raises:
            UnknownAttribute: No column has this name; the text lists those that there are.
        """
        known = self.mapper.column_attrs
        if not isinstance(name, str) or name not in known:
            raise UnknownAttribute(self.name, name, known.keys())
        attribute: QueryableAttribute[Any] = getattr(self.model, name)
        return attribute

    def conditions(self, criteria: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Return the conditions that criteria stand for.

        A value is compared by equality, None by IS NULL, and a list, tuple or set by IN; a None
        among several is an IS NULL as well.

        Raises:
            UnknownAttribute: A criterion names no column.
        """
        return [self._condition(self.column(name), value) for name, value in criteria.items()]

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Refuse a name that is no attribute of the model.

        Raises:
            UnknownAttribute: The text lists the attributes that there are.
        """
        columns, known = self.mapper.column_attrs, self.mapper.attrs
        for name in names:
            # Hybrids and proxies are attributes too, which are none of the mapper's own.
            if name not in known and name not in self.mapper.all_orm_descriptors:
                raise UnknownAttribute(
                    self.name, name, sorted(known.keys(), key=lambda n: n not in columns)
                )

    def identity(self, key: Any) -> list[ColumnElement[bool]]:
        """Return the conditions of the row with a primary key."""
        values = key if isinstance(key, tuple) else (key,)
        primary = zip(self.mapper.primary_key, values, strict=True)
        return [column == value for column, value in primary]

    @staticmethod
    def _condition(column: QueryableAttribute[Any], value: Any) -> ColumnElement[bool]:
        if isinstance(value, (list, tuple, set, frozenset)):
            return _among(column, value)
        return column.is_(None) if value is None else column == value


def _among(column: QueryableAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    given = column.in_([value for value in values if value is not None])
    return or_(given, column.is_(None)) if None in values else given
