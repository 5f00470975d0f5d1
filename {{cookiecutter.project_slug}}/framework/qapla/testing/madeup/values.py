"""Values of types whose Python class does not say enough."""

from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from polyfactory.exceptions import ParameterException
from sqlalchemy import Enum, Numeric, Uuid
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine


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
