"""Column types whose arguments need their names, or imports."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.dialects import mysql, postgresql

from qapla.cli.adopt import reflect
from qapla.cli.adopt.source.column_types import type_source
from qapla.cli.adopt.source.imports import Imports
from qapla.database.database import Database

from support.adoption import AdoptedPackage
from support.catalogs import catalogs

Load = Callable[..., Database]
Place = Callable[..., Database]
Package = Callable[..., AdoptedPackage]

WATCHES = """
CREATE TABLE watches (
    id integer PRIMARY KEY, a timestamp(3), b timestamptz(3), c time(3), d timetz(3), e interval(3),
    f interval day to second(3), g timestamp(0)[]
);
"""
MARIADB_WATCHES = """
CREATE TABLE watches (
    id integer PRIMARY KEY, a datetime(3), b timestamp(3) NULL, c time(3), d decimal(10, 2) unsigned,
    e double(8, 2), f float(8, 2) unsigned, g varchar(20) CHARACTER SET latin1, h decimal(10) unsigned
);
"""


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (postgresql.TIMESTAMP(precision=3), "postgresql.TIMESTAMP(precision=3)"),
        (
            postgresql.TIME(timezone=True, precision=3),
            "postgresql.TIME(timezone=True, precision=3)",
        ),
        (postgresql.INTERVAL(precision=3), "postgresql.INTERVAL(3)"),
        (postgresql.HSTORE(), "postgresql.HSTORE"),
        (postgresql.JSONB(), "postgresql.JSONB"),
        (mysql.DATETIME(fsp=3), "mysql.DATETIME(fsp=3)"),
        (
            mysql.DECIMAL(10, 2, unsigned=True),
            "mysql.DECIMAL(unsigned=True, precision=10, scale=2)",
        ),
        (mysql.DOUBLE(10, 2, asdecimal=False), "mysql.DOUBLE(10, 2, asdecimal=False)"),
    ],
)
def test_the_text_of_a_type(type_: Any, text: str) -> None:
    """An argument has no name only where it is the first parameter of its type."""
    assert type_source(type_, Imports()) == text
    names = {"mysql": mysql, "postgresql": postgresql}
    made = eval(text, names)  # noqa: S307
    made = made() if isinstance(made, type) else made
    assert (repr(made), made.python_type) == (repr(type_), type_.python_type)


@pytest.mark.parametrize(
    ("place", "script"),
    [("postgresql", WATCHES), ("mariadb", MARIADB_WATCHES)],
    indirect=["place"],
)
def test_types_with_a_precision(load: Load, place: Place, package: Package, script: str) -> None:
    """The models match the columns of the database, and make the same ones."""
    database, adopted = load(script), package(conventions=False)
    adopted.write(reflect(database.engine))
    assert adopted.differences(database) == ""
    other = place("qapla_adopted_again")
    other.create()
    adopted.base().metadata.create_all(other.engine)
    assert catalogs(other, {"watches"}) == catalogs(database, {"watches"})
