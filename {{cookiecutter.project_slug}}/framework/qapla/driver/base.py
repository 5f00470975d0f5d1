"""The common base of both drivers: a session, a model, and the names of the model's columns."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ColumnElement, Dialect, false, inspect
from sqlalchemy.orm import Mapper, QueryableAttribute, Session

from qapla.database.dialects import dialect_of
from qapla.driver.mapping.criteria import condition
from qapla.driver.mapping.related import references, refers_to
from qapla.driver.mapping.values import as_key, holds
from qapla.exceptions import QaplaError, UnknownAttribute

M = TypeVar("M")


class Driver(Generic[M]):
    """A session, and the model that a subclass names.

    Args:
        session: An open session of the database that `model` belongs to.
    """

    model: ClassVar[type[Any]]

    def __init__(self, session: Session) -> None:
        self.session = session

    @cached_property
    def mapper(self) -> Mapper[Any]:
        """Return the mapper of the model."""
        mapper: Mapper[Any] = inspect(self.model)
        return mapper

    @property
    def model_name(self) -> str:
        """Return the name of the model, as messages have it."""
        return self.model.__name__

    @property
    def dialect(self) -> Dialect:
        """Return SQLAlchemy's dialect of the session's database."""
        return self.session.get_bind(self.mapper).dialect

    def column(self, name: str) -> QueryableAttribute[Any]:
        """Return a column of the model by the name of its attribute.

        Raises:
            UnknownAttribute: No column has this name; the text lists those that there are.
        """
        return column_of(self.mapper, name)

    def conditions(self, criteria: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Return the conditions that criteria stand for.

        A value is compared by equality, None by IS NULL, and a list, tuple or set by IN; a None
        among several is an IS NULL as well. A list or tuple is one value to a column of ARRAY or
        JSON; `Equals` and `OneOf` say which of both is meant. `Between` and `StartsWith` are bounds
        and a prefix. A many-to-one relationship is compared with objects.

        Raises:
            UnknownAttribute: A criterion names no column and no many-to-one relationship.
        """
        return [self._criterion(name, value) for name, value in criteria.items()]

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
                    self.model_name, name, sorted(known.keys(), key=lambda n: n not in columns)
                )

    def identity(self, key: Any) -> list[ColumnElement[bool]]:
        """Return the conditions of the row with a primary key; false where no row can have it."""
        values = self.key(key)
        if values is None:
            return [false()]
        primary = zip(self.mapper.primary_key, values, strict=True)
        return [column == value for column, value in primary]

    def key(self, key: Any) -> tuple[Any, ...] | None:
        """Return the values of a primary key, or None when its columns cannot hold them.

        Args:
            key: A value, or a tuple where the primary key has several columns. A text is taken for
                the number, date or UUID that it stands for.

        Raises:
            QaplaError: The key has another number of values than columns.
        """
        values = key if isinstance(key, tuple) else (key,)
        columns = self.mapper.primary_key
        if len(values) != len(columns):
            names = ", ".join(self.mapper.get_property_by_column(c).key for c in columns)
            given = f"{len(values)} value{'' if len(values) == 1 else 's'}"
            raise QaplaError(
                f"{self.model_name}: the primary key is ({names}), and {given} given: "
                "a key of several columns is a tuple"
            )
        engine = dialect_of(self.dialect.name)
        found = []
        for column, value in zip(columns, values, strict=True):
            held = as_key(column.type, value)
            if held is None or not holds(column.type, held, engine):
                return None
            found.append(held)
        return tuple(found)

    def _criterion(self, name: str, value: Any) -> ColumnElement[bool]:
        if name in self.mapper.column_attrs:
            return condition(self.column(name), value, self.dialect)
        named = list(references(self.mapper))
        if name not in named:
            raise UnknownAttribute(
                self.model_name, name, [*self.mapper.column_attrs.keys(), *named]
            )
        return refers_to(self.mapper.relationships[name], value)


def column_of(mapper: Mapper[Any], name: str) -> QueryableAttribute[Any]:
    """Return a column of a model by the name of its attribute.

    Raises:
        UnknownAttribute: No column has this name; the text lists those that there are.
    """
    known = mapper.column_attrs
    if not isinstance(name, str) or name not in known:
        raise UnknownAttribute(mapper.class_.__name__, name, known.keys())
    attribute: QueryableAttribute[Any] = getattr(mapper.class_, name)
    return attribute
