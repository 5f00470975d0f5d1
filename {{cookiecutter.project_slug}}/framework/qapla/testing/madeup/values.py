"""Values of types whose Python class does not say enough, and of unique columns."""

from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from polyfactory.exceptions import ParameterException
from sqlalchemy import Column, Enum, Numeric, Table, UniqueConstraint, Uuid
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine


class UsedValues:
    """The values of unique columns that were made up before."""

    def __init__(self) -> None:
        self._used: dict[Column[Any], set[Any]] = {}

    def take(self, column: Column[Any], value: Any) -> bool:
        """Whether a row may have a value, which no other row may have from now on."""
        if not _is_unique(column):
            return True
        used = self._used.setdefault(column, set())
        # MariaDB compares texts without their case.
        compared = value.casefold() if isinstance(value, str) else value
        is_new = compared not in used
        used.add(compared)
        return is_new


def _is_unique(column: Column[Any]) -> bool:
    table = column.table
    if not isinstance(table, Table):
        return False
    unique: list[Any] = [index for index in table.indexes if index.unique]
    unique += [part for part in table.constraints if isinstance(part, UniqueConstraint)]
    return any([*part.columns] == [column] for part in unique)


class Unknown:
    """Values of a type that polyfactory does not know."""

    def __init__(self, *_: Any) -> None:
        raise ParameterException("no such value can be made up")


def value_of(type_: TypeEngine[Any], chance: Random) -> Any:
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
