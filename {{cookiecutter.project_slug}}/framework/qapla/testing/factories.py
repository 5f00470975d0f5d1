"""Rows with made-up values for tests, by polyfactory.

Source: polyfactory, "SQLAlchemyFactory", "Persistence" and "Configuration: random seed".
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import inspect
from sqlalchemy.orm import Mapper, Session

from qapla.exceptions import QaplaError, UnknownAttribute
from qapla.testing.madeup.unique import UsedValues

if TYPE_CHECKING:
    from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory

    from qapla.testing.madeup.references import Reference

M = TypeVar("M")


class Factory:
    """A maker of factories for models, whose rows are in one session, and flushed.

    The values are the same in each run, and those of a unique column or of a natural key differ.
    The database makes the keys that count up and the computed columns, the mapper discriminators
    and versions. A row gets one of its own for each reference that it must have; a reference that
    may be NULL is NULL. Give `factory(Crew, ship=ship)` for a row that is there, or
    `factory(Crew, ship=factory(Ship))` for one of its own.

    Args:
        session: The session that takes the rows, such as the fixture `dbsession`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._used = UsedValues()

    def __call__(self, model: type[M], **defaults: Any) -> "type[SQLAlchemyFactory[M]]":
        """Return the factory of a model: `create_sync`, `create_batch_sync`, `build`, `batch`.

        Args:
            model: The class of the model.
            defaults: Values of attributes, instead of made-up ones: also of keys and relationships.
                For a factory an object of its own is made each time.

        Raises:
            UnknownAttribute: A default is of no attribute of the model.
        """
        mapper: Mapper[Any] = inspect(model)
        for name in defaults:
            if not name.startswith("__") and not hasattr(model, name):
                known = [*mapper.column_attrs.keys(), *mapper.relationships.keys()]
                raise UnknownAttribute(model.__name__, name, known)
        return cast("type[SQLAlchemyFactory[M]]", self._make(model, (model,), defaults))

    def _make(
        self, model: type[Any], chain: tuple[type[Any], ...], defaults: Mapping[str, Any]
    ) -> Any:
        # Imported here: it is a dependency of development, and slow to import.
        from polyfactory.factories.sqlalchemy_factory import SQLAlchemyPersistenceMethod

        from qapla.testing.madeup.factory import MadeUpFactory

        # Those that tell polyfactory how to build are attributes of the factory.
        options = {n: v for n, v in defaults.items() if _is_option(n, v)}
        return MadeUpFactory.create_factory(
            model,
            __given__={n: v for n, v in defaults.items() if n not in options},
            __others__=cache(partial(self._referred, chain)),
            __used__=self._used,
            __session__=self._session,
            __persistence_method__=SQLAlchemyPersistenceMethod.FLUSH,
            __set_primary_key__=False,
            __set_foreign_keys__=False,
            __set_relationships__=False,
            __set_association_proxy__=False,
            __random_seed__=1,
            **options,
        )

    def _referred(self, chain: tuple[type[Any], ...], reference: "Reference") -> Any:
        """Return the factory of the rows that a reference is to.

        Args:
            chain: The models whose rows are being made, the last of which has the reference.
            reference: The reference.

        Raises:
            QaplaError: The referred table has no model, or its row refers back to this one.
        """
        model, other = chain[-1].__name__, reference.model
        name = reference.attribute
        if other is None:
            table = reference.key.referred_table.name
            raise QaplaError(
                f"{model}.{name} refers to {table}, of which no model is known: "
                f"give one, as in factory({model}, {name}=...)"
            )
        if other in chain:
            raise QaplaError(
                f"{model}.{name} refers to {other.__name__}, of which a row is being made for it: "
                f"give one, as in factory({model}, {name}=...)"
            )
        return self._make(other, (*chain, other), {})


def _is_option(name: str, value: Any) -> bool:
    from polyfactory import Ignore, PostGenerated, Require

    return name.startswith("__") or isinstance(value, (Ignore, PostGenerated, Require))
