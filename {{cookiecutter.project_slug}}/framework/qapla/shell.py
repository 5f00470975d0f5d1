"""The names of an interactive shell: models, drivers and the sessions of the databases."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.driver.base import Driver
from qapla.exceptions import DatabaseNotFound

APPLICATION = "application"
# Names of SQLAlchemy, which no class may take.
HELPERS: Mapping[str, Any] = {"func": func, "select": select}


class Classes(NamedTuple):
    """The classes of a database, by their names in a shell.

    Args:
        database: The database.
        models: Its models.
        drivers: Its drivers.
    """

    database: Database
    models: Mapping[str, type]
    drivers: Mapping[str, type]


class UnplacedSession(Session):
    """The session of an unmanaged database without a URL: its first use raises `DatabaseNotFound`.

    Args:
        fault: The fault, with the variable to set.
    """

    def __init__(self, fault: str) -> None:
        super().__init__()
        self._fault = fault

    def get_bind(self, *arguments: Any, **options: Any) -> NoReturn:
        """Raise the fault, whatever statement is to run.

        Raises:
            DatabaseNotFound: The database has no URL.
        """
        raise DatabaseNotFound(self._fault)


def classes_of(databases: Iterable[Database]) -> list[Classes]:
    """Return the classes of databases, whose application is prepared.

    A name that several databases have is that of the first one, as in the commands; in the others
    it has the name of the database in front, such as `analytics_Ship`. A driver's name is made as
    that of its model.

    Args:
        databases: The databases, in the order of the application.
    """
    databases = list(databases)
    taken = {APPLICATION, *HELPERS, *(database.name for database in databases)}
    return [_named(database, taken) for database in databases]


def namespace(
    application: object, classes: Iterable[Classes], sessions: Mapping[str, Session]
) -> dict[str, Any]:
    """Return the names of the project in a shell; a session has the name of its database.

    Args:
        application: The application, which is called so.
        classes: The classes of each database.
        sessions: The sessions by the names of their databases.
    """
    names: dict[str, Any] = {APPLICATION: application}
    for known in classes:
        names.update(known.models)
        names.update(known.drivers)
    return {**names, **sessions}


def _named(database: Database, taken: set[str]) -> Classes:
    """Return the classes of a database, and add their names to those that are taken."""
    defined = list(_defined(database.models))
    models: dict[str, type] = {}
    for model in (cls for cls in defined if "__mapper__" in vars(cls)):
        models[_free_name(model, database, {*taken, *models})] = model
    renamed = {model for name, model in models.items() if name != model.__name__}
    drivers: dict[str, type] = {}
    for driver in (cls for cls in defined if issubclass(cls, Driver) and hasattr(cls, "model")):
        also = {driver.__name__} if driver.model in renamed else set()
        drivers[_free_name(driver, database, {*taken, *models, *drivers, *also})] = driver
    taken.update(models, drivers)
    return Classes(database, models, drivers)


def _defined(package: str | None) -> Iterator[type]:
    """Yield the classes that the modules of a package define, and not those that they import."""
    for name, module in sorted(sys.modules.items()):
        if package is not None and f"{name}.".startswith(f"{package}."):
            yield from (
                value
                for value in vars(module).values()
                if isinstance(value, type) and value.__module__ == name
            )


def _free_name(cls: type, database: Database, taken: set[str]) -> str:
    """Return a name that is not taken: that of a class, or a longer one."""
    module = cls.__module__.rpartition(".")[2]
    names = (cls.__name__, f"{database.name}_{cls.__name__}")
    longest = f"{database.name}_{module}_{cls.__name__}"
    return next((name for name in names if name not in taken), longest)
