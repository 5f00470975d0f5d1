"""Rows with made-up values for tests, by polyfactory.

Source: polyfactory, "SQLAlchemyFactory", "Persistence" and "Configuration: random seed".
"""

from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import inspect
from sqlalchemy.orm import Mapper, Session

from qapla.exceptions import UnknownAttribute

if TYPE_CHECKING:
    from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory

M = TypeVar("M")


class Factory:
    """A maker of factories for models, whose rows are in one session, and flushed.

    The values are the same in each run. The database makes the primary keys and the computed columns,
    the mapper discriminators and versions. Rows of other tables are yours to make:
    `factory(Crew, ship=ship)`, or `factory(Crew, ship=factory(Ship))` for one of its own.

    Args:
        session: The session that takes the rows, such as the fixture `dbsession`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, model: type[M], **defaults: Any) -> "type[SQLAlchemyFactory[M]]":
        """Return the factory of a model: `create_sync`, `create_batch_sync`, `build`, `batch`.

        Args:
            model: The class of the model.
            defaults: Values of attributes, instead of made-up ones: also of keys and relationships.
                For a factory an object of its own is made each time.

        Raises:
            UnknownAttribute: A default is of no attribute of the model.
        """
        # Imported here: it is a dependency of development, and slow to import.
        from polyfactory.factories.sqlalchemy_factory import SQLAlchemyPersistenceMethod

        from qapla.testing.madeup import MadeUpFactory

        mapper: Mapper[Any] = inspect(model)
        for name in defaults:
            if not name.startswith("__") and not hasattr(model, name):
                known = [*mapper.column_attrs.keys(), *mapper.relationships.keys()]
                raise UnknownAttribute(model.__name__, name, known)
        # Those that tell polyfactory how to build are attributes of the factory.
        options = {n: v for n, v in defaults.items() if _is_option(n, v)}
        made = MadeUpFactory.create_factory(
            model,
            __given__={n: v for n, v in defaults.items() if n not in options},
            __session__=self._session,
            __persistence_method__=SQLAlchemyPersistenceMethod.FLUSH,
            __set_primary_key__=False,
            __set_foreign_keys__=False,
            __set_relationships__=False,
            __set_association_proxy__=False,
            __random_seed__=1,
            **options,
        )
        return cast("type[SQLAlchemyFactory[M]]", made)


def _is_option(name: str, value: Any) -> bool:
    from polyfactory import Ignore, PostGenerated, Require

    return name.startswith("__") or isinstance(value, (Ignore, PostGenerated, Require))
