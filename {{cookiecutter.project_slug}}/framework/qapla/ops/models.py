"""The models and the tables of a database, as SQLAlchemy knows them; nothing connects."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import Mapper, registry

from qapla.database.database import Database


@dataclass(frozen=True)
class Models:
    """The models of a database by their tables, and all of its tables.

    Args:
        mappers: The mappers of the models that have a table of their own, by the names of their classes.
        tables: The tables, by their full names.
    """

    mappers: tuple[Mapper[Any], ...]
    tables: tuple[Table, ...]


def models_of(database: Database) -> Models:
    """Return the models in the package of a database, which the application has imported."""
    found = set(_registries(database.models)) if database.models else set()
    metadata: set[MetaData] = {each.metadata for each in found}
    mappers = (mapper for each in found for mapper in each.mappers if not mapper.single)
    with_table = (mapper for mapper in mappers if isinstance(mapper.local_table, Table))
    tables = (table for each in metadata for table in each.tables.values())
    return Models(
        tuple(sorted(with_table, key=lambda mapper: mapper.class_.__name__)),
        tuple(sorted(tables, key=lambda table: table.fullname)),
    )


def _registries(package: str) -> Iterator[registry]:
    """Yield the registry of each class that a package defines, which may come several times."""
    for name, module in list(sys.modules.items()):
        if not f"{name}.".startswith(f"{package}."):
            continue
        for value in list(vars(module).values()):
            known = getattr(value, "registry", None) if isinstance(value, type) else None
            # A module may import a model of another database.
            if isinstance(known, registry) and f"{value.__module__}.".startswith(f"{package}."):
                yield known
