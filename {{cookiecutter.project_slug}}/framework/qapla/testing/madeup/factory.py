"""polyfactory's factory of models, for every kind of column that a mapper may have.

polyfactory is a dependency of development, and slow to import: nothing but `factories` imports this
module, and only when a test asks for a factory.
Source: polyfactory, "SQLAlchemyFactory".
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, TypeVar

from polyfactory import Ignore, PostGenerated, Require
from polyfactory.exceptions import ParameterException
from polyfactory.factories import sqlalchemy_factory
from polyfactory.factories.base import BaseFactory, BuildContext
from polyfactory.field_meta import FieldMeta, Null
from polyfactory.utils.predicates import is_safe_subclass
from sqlalchemy import ARRAY, Column, DefaultClause, FetchedValue, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.types import TypeDecorator, TypeEngine

from qapla.driver.listing.codec import decorated
from qapla.exceptions import QaplaError
from qapla.testing.madeup.references import Reference, required_references
from qapla.testing.madeup.unique import UsedValues, is_natural_key
from qapla.testing.madeup.values import Unknown, value_of

M = TypeVar("M")
# Of which one is new, as long as a column has many values.
_ATTEMPTS = 100
_OPTIONS = (Ignore, PostGenerated, Require)


class MadeUpFactory(sqlalchemy_factory.SQLAlchemyFactory[M]):
    """Make objects of a model, whose values are made up where none is given."""

    __is_base_factory__ = True
    __given__: ClassVar[Mapping[str, Any]] = {}
    """Values of attributes of every object: a factory among them makes an object of its own."""
    __others__: ClassVar[Callable[[Reference], Any]]
    """Returns the factory of the rows that a reference is to."""
    __used__: ClassVar[UsedValues]
    """The values of unique columns that were made up before."""

    @classmethod
    def process_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        """Return the values of an object; each that is given counts, whatever attribute it is of."""
        context = cls._get_build_context(kwargs.get("_build_context"))
        # A mapping has values for the factory of a row, which is made all the same.
        own = (name for name, value in kwargs.items() if not isinstance(value, Mapping))
        given = {**cls._references({*cls.__given__, *own}), **cls.__given__}
        for name, value in {**given, **kwargs}.items():
            default, built = given.get(name), is_safe_subclass(value, BaseFactory)
            if is_safe_subclass(default, BaseFactory) and isinstance(value, Mapping):
                kwargs[name] = cls._related(name, default, context, value)
            elif built or name not in kwargs:
                kwargs[name] = cls._related(name, value, context, None)
        return super().process_kwargs(**kwargs)

    @classmethod
    def should_column_be_set(cls, column: Any) -> bool:
        """Whether a value is made up: not where the mapper or the database makes it."""
        if not isinstance(column, Column):
            return False
        is_key = is_natural_key(column) and cls.should_dataclass_init_field(column.name)
        if not is_key and not super().should_column_be_set(column):
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
        column: Any = cls._mapper().columns.get(field_meta.name)
        try:
            for _ in range(_ATTEMPTS):
                value = cls._value(column, field_meta, field_build_parameters, build_context)
                if column is None or value is None or value is Null:
                    return value
                if cls.__used__.take(column, value):
                    break
                # Another factory of the model began with the same values.
                cls.seed_random(cls.__used__.seed())
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
    def _value(cls, column: Any, field_meta: FieldMeta, *parameters: Any) -> Any:
        if column is None:
            return super().get_field_value(field_meta, *parameters)
        if cls.should_set_none_value(field_meta):
            return None
        value = value_of(cls._inner(column.type), cls.__random__)
        return super().get_field_value(field_meta, *parameters) if value is None else value

    @classmethod
    def _references(cls, given: Collection[str]) -> dict[str, Any]:
        """Return a row of its own, or the factory of one, for each required reference.

        Args:
            given: The attributes whose values are given.

        Raises:
            QaplaError: The referred table has no model, or its row refers back to this one.
        """
        found: dict[str, Any] = {}
        for reference in required_references(cls._mapper()):
            options = (
                name for name in reference.names if isinstance(getattr(cls, name, None), _OPTIONS)
            )
            if reference.names.isdisjoint([*given, *options]):
                other = cls.__others__(reference)
                if reference.relationship is not None:
                    found[reference.relationship.key] = other
                else:
                    # Only a row that is flushed has a key.
                    row = other.create_sync()
                    found.update(reference.values(row))
        return found

    @classmethod
    def _get_type_from_type_engine(cls, type_engine: TypeEngine[Any]) -> type:
        try:
            known: type = super()._get_type_from_type_engine(cls._inner(type_engine))
        except ParameterException:
            return Unknown
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
