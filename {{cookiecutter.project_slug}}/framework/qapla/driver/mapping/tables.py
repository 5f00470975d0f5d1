"""The tables of a model: one, several that are joined, or none that can be written."""

from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from sqlalchemy import FromClause, Join, Table
from sqlalchemy.schema import sort_tables

from qapla.driver.base import Driver
from qapla.exceptions import QaplaError


def table_of(driver: Driver[Any]) -> Table:
    """Return the table that rows of a driver's model are inserted into.

    Raises:
        QaplaError: The model has several tables, or none of its own.
    """
    tables = _lineage(driver, set(driver.mapper.tables))
    if len(tables) > 1:
        names = ", ".join(table.name for table in tables)
        raise QaplaError(
            f"{driver.model_name} has the tables {names}, and one statement fills one table: "
            "add its rows by create(), one by one"
        )
    return tables[0]


def tables_of(driver: Driver[Any], *, inheriting: bool = False) -> list[Table]:
    """Return the tables that a row of a driver's model is spread over, parents first.

    Args:
        driver: A driver of the model.
        inheriting: Whether to add the tables of the models that inherit from it.

    Raises:
        QaplaError: The model is mapped to a query, an outer join or an alias, or read by a union.
    """
    if not isinstance(driver.mapper.selectable, (Table, Join)):
        _refuse_query(driver)
    own = set(driver.mapper.tables)
    if not inheriting:
        return _lineage(driver, own)
    # A concrete subclass has the whole row in a table of its own.
    below = (other.tables for other in driver.mapper.self_and_descendants)
    return _lineage(driver, {table for tables in below if own <= set(tables) for table in tables})


def _lineage(driver: Driver[Any], wanted: Collection[FromClause]) -> list[Table]:
    """Return some tables in the order in which their models inherit from each other."""
    mapper = driver.mapper
    if not all(isinstance(part, Table) for part in _parts(mapper.persist_selectable)):
        _refuse_query(driver)
    found: list[Table] = []
    for other in (*reversed(list(mapper.iterate_to_root())), *mapper.self_and_descendants):
        new = [table for table in other.tables if table in wanted and table not in found]
        # The parts of a join that a model is mapped to.
        found += sort_tables(new) if len(new) > 1 else new
    return found


def _refuse_query(driver: Driver[Any]) -> NoReturn:
    raise QaplaError(
        f"{driver.model_name} is mapped to a query, which this cannot write or lock: "
        "name the model of a table, or write row by row"
    )


def _parts(selectable: FromClause) -> Iterator[FromClause]:
    if isinstance(selectable, Join) and not selectable.isouter and not selectable.full:
        yield from _parts(selectable.left)
        yield from _parts(selectable.right)
    else:
        yield selectable
