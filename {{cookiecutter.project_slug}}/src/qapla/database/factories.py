"""Rows with made-up values for tests, by polyfactory.

Source: polyfactory, "SQLAlchemyFactory", "Persistence" and "Configuration: random seed".
"""

from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory

M = TypeVar("M")


class Factory:
    """Give the factory of a model; what it creates is in one session, and flushed.

    The values are the same in each run. The database makes the primary keys, and rows of other
    tables are yours to make: `factory(Crew).create_sync(ship_id=ship.id)`.

    Args:
        session: The session that takes the rows, such as the fixture `dbsession`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, model: type[M], **defaults: Any) -> "type[SQLAlchemyFactory[M]]":
        """Return the factory of a model: `create_sync`, `create_batch_sync`, `build`, `batch`.

        Args:
            model: The class of the model.
            defaults: Values of attributes, instead of made-up ones.
        """
        # Imported here: it is a dependency of development, and slow to import.
        from polyfactory.factories import sqlalchemy_factory as polyfactory

        made = polyfactory.SQLAlchemyFactory.create_factory(
            model,
            __session__=self._session,
            __persistence_method__=polyfactory.SQLAlchemyPersistenceMethod.FLUSH,
            __set_primary_key__=False,
            __set_foreign_keys__=False,
            __set_relationships__=False,
            __set_association_proxy__=False,
            __random_seed__=1,
            **defaults,
        )
        return cast("type[SQLAlchemyFactory[M]]", made)
