"""Updates and deletes by criteria of a model whose rows are spread over several tables.

An UPDATE or DELETE writes one table. The rows are selected and locked first, by the criteria of the
whole model; then each table is written by its own primary key, subclasses before their parents.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Row,
    ScalarSelect,
    SelectBase,
    Table,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import InstanceState, with_polymorphic
from sqlalchemy.orm.attributes import instance_state

from qapla.driver.base import Driver
from qapla.driver.mapping.tables import tables_of
from qapla.exceptions import QaplaError

_BATCH = 1000
Rows = Sequence[Row[Any]]


def update_rows(
    driver: Driver[Any], values: Mapping[str, Any], conditions: Sequence[ColumnElement[bool]]
) -> int:
    """Update the rows that fit the conditions, in each table; return how many.

    Raises:
        QaplaError: A value is of no column, of a key, or reads another table than it is written to.
    """
    tables = tables_of(driver)
    new: dict[Table, dict[Column[Any], Any]] = {table: {} for table in tables}
    for name, value in values.items():
        for column in _columns(driver, name):
            _refuse_other_tables(driver, name, column, value)
            new[column.table][column] = value
    rows = _locked(driver, tables, tables, conditions)
    for table in tables:
        for keys in _keys(tables, table, rows) if new[table] else ():
            _execute(driver, update(table).where(keys).values(new[table]))
    for state in _states(driver, rows):
        driver.session.expire(state.obj(), list(values))
    return len(rows)


def delete_rows(driver: Driver[Any], conditions: Sequence[ColumnElement[bool]]) -> int:
    """Delete the rows that fit the conditions, from each table; return how many.

    The tables of subclasses are emptied of these rows too.
    """
    tables = tables_of(driver, inheriting=True)
    rows = _locked(driver, tables, tables_of(driver), conditions)
    for table in reversed(tables):
        for keys in _keys(tables, table, rows):
            _execute(driver, delete(table).where(keys))
    # As SQLAlchemy's own bulk delete does: a rollback brings the objects back.
    driver.session._remove_newly_deleted(_states(driver, rows))
    return len(rows)


def _columns(driver: Driver[Any], name: str) -> list[Column[Any]]:
    """Return the columns that an attribute is written to: of a join it may have several."""
    columns = driver.mapper.column_attrs[name].columns
    keys = {key for table in driver.mapper.tables for key in table.primary_key}
    if not all(isinstance(column, Column) and column not in keys for column in columns):
        raise QaplaError(
            f"{driver.model_name}: update_where cannot write {name}, which is a key or no column: "
            "write it row by row"
        )
    return list(columns)  # type: ignore[arg-type]


def _refuse_other_tables(driver: Driver[Any], name: str, column: Column[Any], value: Any) -> None:
    element = getattr(value, "__clause_element__", lambda: value)()
    if isinstance(element, ColumnElement) and not _reads_only(column.table, element):
        raise QaplaError(
            f"{driver.model_name}: the new value of {name} reads another table than {column.table.name}: "
            "write it row by row"
        )


def _reads_only(table: FromClause, element: Any) -> bool:
    """Whether an expression reads no other table, its subqueries aside."""
    if isinstance(element, Column):
        return table.c.contains_column(element)
    if isinstance(element, (SelectBase, ScalarSelect)):
        return True
    return all(_reads_only(table, child) for child in element.get_children())


def _locked(
    driver: Driver[Any],
    tables: Sequence[Table],
    own: Sequence[Table],
    conditions: Sequence[ColumnElement[bool]],
) -> Rows:
    """Return the keys of the rows that fit: of the model, then of each table."""
    keys = [*driver.mapper.primary_key, *(key for table in tables for key in table.primary_key)]
    # A labelled column each, as a key of two tables may have one name.
    chosen = [key.label(f"key_{number}") for number, key in enumerate(keys)]
    entity = with_polymorphic(driver.model, "*") if len(tables) > len(own) else driver.model
    statement = select(*chosen).select_from(entity).where(*conditions)
    # Tables of subclasses are joined from outside, where PostgreSQL can lock nothing.
    lock = statement.with_for_update(of=list(own))
    driver.session.flush()
    return driver.session.execute(lock, bind_arguments={"mapper": driver.mapper}).all()


def _keys(tables: Sequence[Table], table: Table, rows: Rows) -> Iterator[ColumnElement[bool]]:
    """Yield the condition of a table's rows, a batch at a time."""
    mine = list(table.primary_key)
    place = -sum(len(other.primary_key) for other in tables[tables.index(table) :])
    end = place + len(mine) or None
    keys = [tuple(row[place:end]) for row in rows]
    # A row of the model itself has none in the tables of its subclasses.
    keys = [key for key in keys if None not in key]
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        if len(mine) == 1:
            yield mine[0].in_([key for (key,) in batch])
        else:
            yield tuple_(*mine).in_(batch)


def _execute(driver: Driver[Any], statement: Any) -> None:
    driver.session.execute(statement, bind_arguments={"mapper": driver.mapper})


def _states(driver: Driver[Any], rows: Rows) -> list[InstanceState[Any]]:
    """Return the session's objects of these rows."""
    length = len(driver.mapper.primary_key)
    keys = {tuple(row[:length]) for row in rows}
    kept = driver.session.identity_map.values()
    states = [instance_state(item) for item in kept if isinstance(item, driver.model)]
    return [state for state in states if state.key and state.key[1] in keys]
