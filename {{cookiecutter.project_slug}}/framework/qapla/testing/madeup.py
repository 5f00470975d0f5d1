"""polyfactory's factory of models, for every kind of column that a mapper may have.

polyfactory is a dependency of development, and slow to import: nothing but `factories` imports this
module, and only when a test asks for a factory.
Source: polyfactory, "SQLAlchemyFactory".
"""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from polyfactory.exceptions import ParameterException
from polyfactory.factories import sqlalchemy_factory
from polyfactory.factories.base import BaseFactory, BuildContext
from polyfactory.field_meta import FieldMeta, Null
from polyfactory.utils.predicates import is_safe_subclass
from sqlalchemy import ARRAY, Column, DefaultClause, Enum, FetchedValue, Numeric, Uuid, inspect
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import Mapper
from sqlalchemy.types import TypeDecorator, TypeEngine

from qapla.driver.listing.codec import decorated
from qapla.exceptions import QaplaError

M = TypeVar("M")


class MadeUpFactory(sqlalchemy_factory.SQLAlchemyFactory[M]):
    """Make objects of a model, whose values are made up where none is given."""

    __is_base_factory__ = True
    __given__: ClassVar[Mapping[str, Any]] = {}
    """Values of attributes of every object: a factory among them makes an object of its own."""

    @classmethod
    def process_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        """Return the values of an object; each that is given counts, whatever attribute it is of."""
        context = cls._get_build_context(kwargs.get("_build_context"))
        for name, value in {**cls.__given__, **kwargs}.items():
            default, built = cls.__given__.get(name), is_safe_subclass(value, BaseFactory)
            if is_safe_subclass(default, BaseFactory) and isinstance(value, Mapping):
                kwargs[name] = cls._related(name, default, context, value)
            elif built or name not in kwargs:
                kwargs[name] = cls._related(name, value, context, None)
        return super().process_kwargs(**kwargs)

    @classmethod
    def should_column_be_set(cls, column: Any) -> bool:
        """Whether a value is made up: not where the mapper or the database makes it."""
        if not isinstance(column, Column) or not super().should_column_be_set(column):
            return False
        mapper = cls._mapper()
        if column is mapper.polymorphic_on or column is mapper.version_id_col:
            return False
        # A default that is written out can be replaced; a computed one cannot.
        made = column.server_default
        return not isinstance(made, FetchedValue) or isinstance(made, DefaultClause)

    @classmethod
    def get_field_value(
        cls,
        field_meta: FieldMeta,
        field_build_parameters: Any | None = None,
        build_context: BuildContext | None = None,
    ) -> Any:
        """Return a made-up value, as the type of its column gives it to the application.

        Raises:
            QaplaError: No value can be made up for the column.
        """
        column = cls._mapper().columns.get(field_meta.name)
        try:
            value = None
            if column is not None and not cls.should_set_none_value(field_meta):
                value = _of_type(cls._inner(column.type), cls.__random__)
            if value is None:
                value = super().get_field_value(field_meta, field_build_parameters, build_context)
            if column is None or value is None or value is Null:
                return value
            return cls._decorated(column.type, value)
        except Exception as error:
            if column is None:
                raise
            if column.nullable:
                return None
            if column.default is not None or column.server_default is not None:
                return Null
            model, name = cls.__model__.__name__, field_meta.name
            raise QaplaError(
                f"{model}.{name} is of type {type(column.type).__name__}, of which no value can be "
                f"made up: give one, as in factory({model}, {name}=...)"
            ) from error

    @classmethod
    def _get_type_from_type_engine(cls, type_engine: TypeEngine[Any]) -> type:
        try:
            known: type = super()._get_type_from_type_engine(cls._inner(type_engine))
        except ParameterException:
            return _Unknown
        return known

    @classmethod
    def _inner(cls, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the type that a decorator hides, unless it names the class of its values."""
        hides = isinstance(type_, TypeDecorator) and type_.python_type is object
        return decorated(type_, cls._dialect())[1] if hides else type_

    @classmethod
    def _decorated(cls, type_: TypeEngine[Any], value: Any) -> Any:
        if isinstance(type_, ARRAY) and isinstance(value, list):
            return [cls._decorated(type_.item_type, item) for item in value]
        if not isinstance(type_, TypeDecorator) or type_.python_type is not object:
            return value
        for decorator in reversed(decorated(type_, cls._dialect())[0]):
            if decorator._has_result_processor:
                value = decorator.process_result_value(value, cls._dialect())
        return value

    @classmethod
    def _related(cls, name: str, value: Any, context: BuildContext, parameters: Any) -> Any:
        made = cls._handle_factory_field(value, context, parameters)
        related = cls._mapper().relationships.get(name)
        is_collection = related is not None and related.uselist
        return [made] if is_collection and is_safe_subclass(value, BaseFactory) else made

    @classmethod
    def _mapper(cls) -> Mapper[Any]:
        mapper: Mapper[Any] = inspect(cls.__model__)
        return mapper

    @classmethod
    def _dialect(cls) -> Any:
        session: Any = cls.__session__
        return session.get_bind(cls._mapper()).dialect


class _Unknown:
    """Values of a type that polyfactory does not know."""

    def __init__(self, *_: Any) -> None:
        raise ParameterException("no such value can be made up")


def _of_type(type_: TypeEngine[Any], chance: Random) -> Any:
    """Return a value of a type whose Python class does not say enough, or else None."""
    if isinstance(type_, Enum) and type_.enum_class is None:
        return chance.choice(type_.enums)
    if isinstance(type_, mysql.SET):
        return {chance.choice(type_.values)}
    if isinstance(type_, Uuid) and not type_.as_uuid:
        return str(UUID(int=chance.getrandbits(128), version=4))
    if isinstance(type_, Numeric) and type_.precision is None:
        # MariaDB takes ten digits where nothing is said.
        return Decimal(chance.randrange(10**6)) / 100
    if isinstance(type_, mysql.TINYINT):
        return chance.randrange(128)
    if isinstance(type_, (postgresql.OID, postgresql.MONEY, postgresql.TSVECTOR)):
        return str(chance.randrange(10**4))
    return None
