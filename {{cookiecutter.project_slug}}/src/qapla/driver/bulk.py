"""Many rows at once, in constant memory: COPY on PostgreSQL, statements of many rows elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.sql.schema import Column

from qapla.database.writes import mark_written
from qapla.driver.base import Driver
from qapla.driver.integrity import violation_of
from qapla.exceptions import QaplaError

BATCH = 1000
Row = Mapping[str, Any]


def insert_rows(driver: Driver[Any], rows: Iterable[Row]) -> int:
    """Insert rows by the quickest way that the engine has; return how many."""
    names, all_rows = named(driver, rows)
    if not names:
        return 0
    connection = driver.session.connection()
    mark_written(driver.session)
    if connection.dialect.name == "postgresql" and connection.dialect.driver == "psycopg":
        return _copy(driver, connection, names, all_rows)
    count = 0
    for batch in batches(driver, names, all_rows):
        connection.execute(insert(table_of(driver)), batch)
        count += len(batch)
    return count


def insert_returning_keys(driver: Driver[Any], rows: Iterable[Row]) -> list[Any]:
    """Insert rows and return their primary keys, in the order of the rows."""
    names, all_rows = named(driver, rows)
    if not names:
        return []
    connection = driver.session.connection()
    table = table_of(driver)
    statement = insert(table).returning(*table.primary_key, sort_by_parameter_order=True)
    keys: list[Any] = []
    for batch in batches(driver, names, all_rows):
        keys += connection.execute(statement, batch).all()
    return [key[0] if len(key) == 1 else tuple(key) for key in keys]


def named(driver: Driver[Any], rows: Iterable[Row]) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Return the names that the first row has, and an iterator of all rows.

    Raises:
        UnknownAttribute: The first row names no column of the model.
    """
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return (), iter(())
    for name in first:
        driver.column(name)
    return tuple(first), chain([first], iterator)


def batches(
    driver: Driver[Any], names: Sequence[str], rows: Iterator[Row]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows as lists of values by column, a batch at a time.

    Raises:
        QaplaError: A row has other names than the first.
    """
    columns = [column.key for column in _columns(driver, names)]
    number = 0
    while batch := list(islice(rows, BATCH)):
        yield [
            dict(zip(columns, _values(driver, names, row, number + index), strict=True))
            for index, row in enumerate(batch)
        ]
        number += len(batch)


def _copy(
    driver: Driver[Any], connection: Connection, names: tuple[str, ...], rows: Iterator[Row]
) -> int:
    """Insert rows by COPY. Source: psycopg, "Using COPY TO and COPY FROM"."""
    columns = _columns(driver, names)
    defaults = [column for column in table_of(driver).columns if _has_default(column, columns)]
    convert = _converters(connection, [*columns, *defaults])
    quote = connection.dialect.identifier_preparer
    target = quote.format_table(table_of(driver))
    into = ", ".join(quote.format_column(column) for column in [*columns, *defaults])
    count = 0
    raw = connection.connection.cursor()
    try:
        with raw.copy(f"COPY {target} ({into}) FROM STDIN") as copy:
            for row in rows:
                values = _values(driver, names, row, count)
                if defaults:
                    values += [_default(connection, column) for column in defaults]
                for position, converter in convert:
                    values[position] = converter(values[position])
                copy.write_row(values)
                count += 1
    except connection.dialect.loaded_dbapi.Error as error:
        violation = violation_of(driver.mapper, error)
        if violation is None:
            raise
        raise violation from error
    finally:
        raw.close()
    return count


def _values(driver: Driver[Any], names: Sequence[str], row: Row, number: int) -> list[Any]:
    try:
        values = [row[name] for name in names]
    except KeyError:
        values = []
    if len(row) != len(names) or not values:
        raise QaplaError(
            f"{driver.name}: row {number} has {', '.join(row)}, and the first row has "
            f"{', '.join(names)}: give every row the same columns"
        )
    return values


def table_of(driver: Driver[Any]) -> Table:
    """Return the table of a driver's model.

    Raises:
        QaplaError: The model is mapped to something else, such as a join.
    """
    table = driver.mapper.local_table
    if not isinstance(table, Table):
        raise QaplaError(f"{driver.name} is no table of its own: write its rows one by one")
    return table


def _columns(driver: Driver[Any], names: Sequence[str]) -> list[Column[Any]]:
    attributes = driver.mapper.column_attrs
    return [table_of(driver).columns[attributes[name].columns[0].key] for name in names]


def _has_default(column: Column[Any], given: Sequence[Column[Any]]) -> bool:
    """Tell whether a column that is not given has a default which Python makes."""
    default = column.default
    return column not in given and default is not None and not default.is_sequence


def _default(connection: Connection, column: Column[Any]) -> Any:
    default = column.default
    if default is None or default.is_clause_element:
        raise QaplaError(
            f"{column.table.name}.{column.name} has a default that is SQL: give the rows a value, "
            "or make it a server default"
        )
    return default.arg(None) if default.is_callable else default.arg  # type: ignore[attr-defined]


def _converters(
    connection: Connection, columns: Sequence[Column[Any]]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Return what the columns' types do to a value before the driver gets it, by position."""
    dialect = connection.dialect
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    return [(position, convert) for position, convert in enumerate(processors) if convert]
