"""Many rows at once, in constant memory: COPY on PostgreSQL, statements of many rows elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import Column

from qapla.database.writes import mark_written
from qapla.driver.base import Driver
from qapla.driver.defaults import computed, own_values
from qapla.driver.tables import table_of
from qapla.exceptions import QaplaError

BATCH = 1000
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Load:
    """Hold rows that are to be written, as lists of values.

    `names` are those of the first row; `columns` are theirs, and those that the mapper fills.
    """

    names: tuple[str, ...]
    columns: list[Column[Any]]
    values: Iterator[list[Any]]

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows by the keys of their columns, a batch at a time."""
        keys = [column.key for column in self.columns]
        while batch := list(islice(self.values, BATCH)):
            yield [dict(zip(keys, values, strict=True)) for values in batch]


def load_of(driver: Driver[Any], rows: Iterable[Row]) -> Load | None:
    """Return the rows to write, or None when there are none.

    Raises:
        UnknownAttribute: The first row names no column of the model.
        QaplaError: The first row is empty; later, a row has other names than the first.
    """
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return None
    if not first:
        raise QaplaError(f"{driver.name}: row 0 is empty: give every row the same columns")
    names = tuple(first)
    for name in names:
        driver.column(name)
    table, attributes = table_of(driver), driver.mapper.column_attrs
    columns = [table.columns[attributes[name].columns[0].key] for name in names]
    own = [(column, make) for column, make in own_values(driver.mapper) if column not in columns]
    values = _values(driver, names, [make for _, make in own], chain([first], iterator))
    return Load(names, columns + [column for column, _ in own], values)


def insert_rows(driver: Driver[Any], rows: Iterable[Row]) -> int:
    """Insert rows by the quickest way that the engine has; return how many."""
    load = load_of(driver, rows)
    if load is None:
        return 0
    connection = _connection(driver)
    table = table_of(driver)
    defaults = [c for c in table.columns if c.default is not None and c not in load.columns]
    if _can_copy(connection, [*load.columns, *defaults], defaults):
        mark_written(driver.session)
        return _copy(connection, table, load, defaults)
    count = 0
    for batch in load.batches():
        connection.execute(insert(table), batch)
        count += len(batch)
    return count


def insert_returning_keys(driver: Driver[Any], rows: Iterable[Row]) -> list[Any]:
    """Insert rows and return their primary keys, in the order of the rows."""
    load = load_of(driver, rows)
    if load is None:
        return []
    connection = _connection(driver)
    table = table_of(driver)
    statement = insert(table).returning(*table.primary_key, sort_by_parameter_order=True)
    keys: list[Any] = []
    for batch in load.batches():
        keys += connection.execute(statement, batch).all()
    return [key[0] if len(key) == 1 else tuple(key) for key in keys]


def _values(
    driver: Driver[Any],
    names: Sequence[str],
    own: Sequence[Callable[[], Any]],
    rows: Iterator[Row],
) -> Iterator[list[Any]]:
    for number, row in enumerate(rows):
        if len(row) != len(names) or any(name not in row for name in names):
            raise QaplaError(
                f"{driver.name}: row {number} has {', '.join(row) or 'nothing'}, and the first row "
                f"has {', '.join(names)}: give every row the same columns"
            )
        yield [row[name] for name in names] + [make() for make in own]


def _connection(driver: Driver[Any]) -> Connection:
    """Return the session's connection, on which what is pending has been written before."""
    driver.session.flush()
    return driver.session.connection({"mapper": driver.mapper})


def _can_copy(
    connection: Connection, columns: Sequence[Column[Any]], defaults: Sequence[Column[Any]]
) -> bool:
    """Tell whether COPY can take the rows, which has no place for SQL."""
    dialect = connection.dialect
    if (dialect.name, dialect.driver) != ("postgresql", "psycopg"):
        return False
    sql: list[Any] = [column.default for column in defaults]
    return not any(default.is_clause_element or default.is_sequence for default in sql) and not any(
        column.type.dialect_impl(dialect)._has_bind_expression for column in columns
    )


def _copy(connection: Connection, table: Table, load: Load, defaults: Sequence[Column[Any]]) -> int:
    """Insert rows by COPY. Source: psycopg, "Using COPY TO and COPY FROM"."""
    columns = [*load.columns, *defaults]
    convert = _converters(connection, columns)
    statement = _copy_statement(connection, table, columns)
    count = 0
    raw = connection.connection.cursor()
    try:
        with raw.copy(statement) as copy:
            for values in load.values:
                if defaults:
                    _add_defaults(values, load.columns, defaults)
                for position, converter in convert:
                    values[position] = converter(values[position])
                copy.write_row(values)
                count += 1
    except connection.dialect.loaded_dbapi.Error as error:
        kinds = (connection.dialect.loaded_dbapi.Error, connection.dialect)
        raise DBAPIError.instance(statement, None, error, kinds[0], dialect=kinds[1]) from error
    finally:
        raw.close()
    return count


def _copy_statement(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> str:
    """Return COPY into the schema that the connection maps the table's to."""
    quote = connection.dialect.identifier_preparer
    schema = connection.schema_for_object(table)
    names = [quote.quote_schema(schema)] if schema else []
    into = ".".join([*names, quote.quote(table.name)])
    listed = ", ".join(quote.format_column(column) for column in columns)
    # The preparer doubles a percent sign, as a statement with parameters needs it.
    return f"COPY {into} ({listed}) FROM STDIN".replace("%%", "%")


def _add_defaults(
    values: list[Any], given: Sequence[Column[Any]], defaults: Sequence[Column[Any]]
) -> None:
    row = {column.key: value for column, value in zip(given, values, strict=True)}
    for column in defaults:
        row[column.key] = computed(column.default, row)
        values.append(row[column.key])


def _converters(
    connection: Connection, columns: Sequence[Column[Any]]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Return what the columns' types do to a value before the driver gets it, by position."""
    dialect = connection.dialect
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    return [(position, convert) for position, convert in enumerate(processors) if convert]
