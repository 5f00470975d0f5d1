"""Upserts by the engine's own statement: ON CONFLICT, or MariaDB's ON DUPLICATE KEY."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import mysql, postgresql, sqlite

from qapla.driver.base import Driver
from qapla.driver.bulk import batches, named, table_of
from qapla.exceptions import QaplaError


def one(driver: Driver[Any], on: Sequence[str], values: Mapping[str, Any]) -> Any:
    """Add or change a row, and return it."""
    for name in values:
        driver.column(name)
    names = _conflict(driver, on, values)
    (batch,) = batches(driver, tuple(values), iter([values]))
    driver.session.flush()
    driver.session.execute(_statement(driver, names, tuple(values)), batch)
    statement = select(driver.model).where(*(driver.column(name) == values[name] for name in names))
    options = {"populate_existing": True}
    return driver.session.scalars(statement, execution_options=options).one()


def many(driver: Driver[Any], on: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Add or change rows a batch at a time; return how many were given."""
    columns, all_rows = named(driver, rows)
    if not columns:
        return 0
    names = _conflict(driver, on, columns)
    statement = _statement(driver, names, columns)
    count = 0
    driver.session.flush()
    for batch in batches(driver, columns, all_rows):
        driver.session.connection().execute(statement, batch)
        count += len(batch)
    driver.session.expire_all()
    return count


def _conflict(driver: Driver[Any], on: Sequence[str], given: Iterable[str]) -> list[str]:
    """Return the columns that tell whether a row is there, all of them given."""
    keys = driver.mapper.primary_key
    names = list(on) or [driver.mapper.get_property_by_column(key).key for key in keys]
    for name in names:
        driver.column(name)
    if missing := [name for name in names if name not in given]:
        raise QaplaError(
            f"{driver.name}: {', '.join(missing)} tells whether a row is there, and is not given: "
            "give it, or name other columns in on="
        )
    return names


def _statement(driver: Driver[Any], on: Sequence[str], given: Sequence[str]) -> Any:
    dialect = driver.session.get_bind(driver.mapper).dialect.name
    table = table_of(driver)
    columns = {name: driver.mapper.column_attrs[name].columns[0] for name in given}
    changed = [column for name, column in columns.items() if name not in on]
    if dialect in ("mysql", "mariadb"):
        insert = mysql.insert(table)
        # Without a change MariaDB would still refuse the duplicate.
        chosen = changed or list(columns.values())
        return insert.on_duplicate_key_update(
            {column.name: insert.inserted[column.name] for column in chosen}
        )
    if dialect not in ("postgresql", "sqlite"):
        raise QaplaError(f"{driver.name}: {dialect} has no upsert that we know: write it yourself")
    module = postgresql if dialect == "postgresql" else sqlite
    statement = module.insert(table)
    elements = [columns[name] for name in on]
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=elements)
    new = {column.name: statement.excluded[column.name] for column in changed}
    return statement.on_conflict_do_update(index_elements=elements, set_=new)
