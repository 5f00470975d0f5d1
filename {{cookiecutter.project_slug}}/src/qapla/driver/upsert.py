"""Upserts by the engine's own statement: ON CONFLICT, or MariaDB's ON DUPLICATE KEY."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import NoResultFound
from sqlalchemy.sql.elements import NamedColumn

from qapla.driver.base import Driver
from qapla.driver.bulk import Load, load_of
from qapla.driver.defaults import changed_values
from qapla.driver.tables import table_of
from qapla.exceptions import Duplicate, QaplaError

Batch = list[dict[str, Any]]


def one(driver: Driver[Any], on: Sequence[str], values: Mapping[str, Any]) -> Any:
    """Add or change a row, and return it."""
    many(driver, on, [values])
    names = _told_by(driver, on)
    statement = select(driver.model).where(*(driver.column(name) == values[name] for name in names))
    try:
        return driver.session.scalars(statement).unique().one()
    except NoResultFound as error:
        # MariaDB has changed another row, which has the value of another unique key.
        text = f"a row of {driver.name} with the same values is there already"
        raise Duplicate(text, driver.name, None, ()) from error


def many(driver: Driver[Any], on: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Add or change rows a batch at a time; return how many were given."""
    names = _told_by(driver, on)
    load = load_of(driver, rows)
    if load is None:
        return 0
    if missing := [name for name in names if name not in load.names]:
        raise QaplaError(
            f"{driver.name}: {', '.join(missing)} tells whether a row is there, and is not given: "
            "give it, or name other columns in on="
        )
    driver.session.flush()
    connection = driver.session.connection({"mapper": driver.mapper})
    statement = _statement(driver, names, load.names)
    count = 0
    for batch in _batches(driver, names, load):
        connection.execute(statement, batch)
        count += len(batch)
    # Objects that the session has of these rows are read again.
    for kept in driver.session.identity_map.values():
        if isinstance(kept, driver.model):
            driver.session.expire(kept)
    return count


def _batches(driver: Driver[Any], on: Sequence[str], load: Load) -> Iterator[Batch]:
    """Yield the batches, without a NULL where rows are told apart: it is equal to nothing."""
    keys = {driver.mapper.column_attrs[name].columns[0].key: name for name in on}
    number = 0
    for batch in load.batches():
        for row in batch:
            if missing := [name for key, name in keys.items() if row[key] is None]:
                raise QaplaError(
                    f"{driver.name}: row {number} has no value of {', '.join(missing)}, "
                    "which tells whether it is there"
                )
            number += 1
        yield batch


def _told_by(driver: Driver[Any], on: Sequence[str]) -> list[str]:
    """Return the names of the columns that tell whether a row is there."""
    for name in on:
        driver.column(name)
    keys = driver.mapper.primary_key
    return list(on) or [driver.mapper.get_property_by_column(key).key for key in keys]


def _statement(driver: Driver[Any], on: Sequence[str], given: Sequence[str]) -> Any:
    dialect = driver.session.get_bind(driver.mapper).dialect.name
    table = table_of(driver)
    attributes = driver.mapper.column_attrs
    changed = [attributes[name].columns[0] for name in given if name not in on]
    # Where nothing is given to change, a row that is there is left alone.
    also = changed_values(driver.mapper, given) if changed else {}
    new = {attributes[name].columns[0]: value for name, value in also.items()}
    if dialect in ("mysql", "mariadb"):
        insert = mysql.insert(table)
        # Without a change MariaDB would still refuse the duplicate.
        chosen = changed or [attributes[name].columns[0] for name in on]
        taken = {column.name: insert.inserted[column.key] for column in chosen}
        # PyMySQL takes no parameters behind the values of many rows.
        inline = {column.name: _inline(column, value) for column, value in new.items()}
        return insert.on_duplicate_key_update({**taken, **inline})
    if dialect not in ("postgresql", "sqlite"):
        raise QaplaError(f"{driver.name}: {dialect} has no upsert that we know: write it yourself")
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    elements = [attributes[name].columns[0] for name in on]
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=elements)
    taken = {column.name: statement.excluded[column.key] for column in changed}
    taken.update((column.name, value) for column, value in new.items())
    return statement.on_conflict_do_update(index_elements=elements, set_=taken)


def _inline(column: NamedColumn[Any], value: Any) -> ColumnElement[Any]:
    if isinstance(value, ColumnElement):
        return value
    return literal(value, column.type, literal_execute=True)
