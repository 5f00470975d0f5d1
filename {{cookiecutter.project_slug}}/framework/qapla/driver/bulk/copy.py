"""Rows by PostgreSQL's COPY: in its binary format as long as every value fits its column exactly.

In binary the server converts nothing: a number in a text, or a time without its zone, would be an
error or another value there. From the first such row on the text format takes the rows.
Sources: psycopg, "Using COPY TO and COPY FROM"; PostgreSQL, "COPY".
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import Column

from qapla.database.dialects import dialect_of
from qapla.driver.bulk.binary import Fit, fits_of, known_types
from qapla.driver.generated import evaluate_default

# The number of rows that are converted and checked at once.
_BATCH = 300
# With fewer batches the question for the types of the columns costs more than binary gains.
_WORTH_BINARY = 7
_TYPES = """
    SELECT attname, atttypid FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
# A domain has the form of its base; enumerations and padded texts have that of a text.
_BASES = """
    SELECT t.oid, CASE WHEN coalesce(b.typtype, t.typtype) = 'e' OR t.typname = 'bpchar'
        THEN 'text'::regtype::oid ELSE t.typbasetype END
    FROM pg_catalog.pg_type t
    LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
    WHERE t.oid = ANY(%s)
"""
Values = Sequence[Any]


def can_copy(
    connection: Connection, columns: Sequence[Column[Any]], defaults: Sequence[Column[Any]]
) -> bool:
    """Whether COPY can take the rows, which has no place for SQL."""
    dialect = connection.dialect
    if dialect.driver != dialect_of(dialect.name).copy_driver:
        return False
    sql: list[Any] = [column.default for column in defaults]
    return not any(default.is_clause_element or default.is_sequence for default in sql) and not any(
        column.type.dialect_impl(dialect)._has_bind_expression for column in columns
    )


def copy_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    defaults: Sequence[Column[Any]],
    rows: Iterator[Values],
) -> int:
    """Insert rows, and return how many.

    Args:
        connection: The connection.
        table: The table.
        columns: The columns of the rows.
        defaults: Columns that Python's defaults fill.
        rows: The values of each row.
    """
    every = [*columns, *defaults]
    place = _place(connection, table)
    listed = ", ".join(_quoted(connection, column.name) for column in every)
    statement = f"COPY {place} ({listed}) FROM STDIN"
    batches = _batches(connection, columns, defaults, rows)
    cursor: Any = connection.connection.cursor()
    driver = connection.dialect.loaded_dbapi
    try:
        return _send(cursor, statement, place, [column.name for column in every], batches)
    except driver.Error as error:
        raise DBAPIError.instance(
            statement, None, error, driver.Error, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def _send(
    cursor: Any, statement: str, place: str, names: Sequence[str], batches: Iterator[list[Values]]
) -> int:
    ahead = list(islice(batches, _WORTH_BINARY))
    rest = chain(ahead, batches)
    count = 0
    # Each COPY would be a transaction of its own in autocommit.
    if len(ahead) == _WORTH_BINARY and not cursor.connection.autocommit:
        types = _types(cursor, place, names)
        fits = fits_of(types)
        if fits and _fit(fits, ahead[0]):
            with cursor.copy(f"{statement} (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for batch in rest:
                    if not _fit(fits, batch):
                        rest = chain([batch], batches)
                        break
                    _write(copy, batch)
                    count += len(batch)
                else:
                    return count
    with cursor.copy(statement) as copy:
        for batch in rest:
            _write(copy, batch)
            count += len(batch)
    return count


def _write(copy: Any, batch: list[Values]) -> None:
    # The two steps of `copy.write_row`, without its call for each row.
    form, send = copy.formatter.write_row, copy.writer.write
    for row in batch:
        if data := form(row):
            send(data)


def _fit(fits: Sequence[Fit], batch: list[Values]) -> bool:
    # Not by zip, which makes an object for each row.
    return all(fit(list(map(itemgetter(n), batch))) for n, fit in enumerate(fits))


def _types(cursor: Any, place: str, names: Sequence[str]) -> list[int]:
    """Return the types that the columns have in the database; 0 for an unknown one.

    A model may name another one: both of eight bytes, a time and a time with a zone are different.
    """
    cursor.execute(_TYPES, [place])
    found = dict(cursor.fetchall())
    types = [found.get(name, 0) for name in names]
    if others := sorted(set(types) - known_types()):
        cursor.execute(_BASES, [others])
        bases = dict(cursor.fetchall())
        types = [bases.get(type_, type_) for type_ in types]
    return types


def _batches(
    connection: Connection,
    columns: Sequence[Column[Any]],
    defaults: Sequence[Column[Any]],
    rows: Iterator[Values],
) -> Iterator[list[Values]]:
    """Yield the rows as the driver takes them, a batch at a time."""
    convert = _converters(connection, [*columns, *defaults])
    if defaults:
        rows = (_with_defaults(row, columns, defaults) for row in rows)
    while batch := list(islice(rows, _BATCH)):
        if convert:
            # Column by column, as a list comprehension is quicker than a loop over rows.
            turned: list[Values] = list(zip(*batch, strict=True))
            for position, converter in convert:
                turned[position] = _converted(connection, converter, turned[position])
            batch = list(zip(*turned, strict=True))
        yield batch


def _converted(connection: Connection, convert: Callable[[Any], Any], values: Values) -> list[Any]:
    """Return values as the driver takes them; an error is wrapped as in a statement of SQLAlchemy."""
    try:
        return [convert(value) for value in values]
    except Exception as error:
        dialect = connection.dialect
        driver = dialect.loaded_dbapi.Error
        wrapped = DBAPIError.instance("COPY", None, error, driver, dialect=dialect)
        if wrapped is error:
            raise
        raise wrapped from error


def _place(connection: Connection, table: Table) -> str:
    """Return the table's name, in the schema that the connection maps its own to."""
    schema = connection.schema_for_object(table)
    return ".".join(_quoted(connection, name) for name in (schema, table.name) if name)


def _quoted(connection: Connection, name: str) -> str:
    # The preparer doubles a percent sign, as a statement with parameters needs it.
    return connection.dialect.identifier_preparer.quote(name).replace("%%", "%")


def _with_defaults(
    values: Values, given: Sequence[Column[Any]], defaults: Sequence[Column[Any]]
) -> Values:
    row = {column.key: value for column, value in zip(given, values, strict=True)}
    for column in defaults:
        row[column.key] = evaluate_default(column.default, row)
    return list(row.values())


def _converters(
    connection: Connection, columns: Sequence[Column[Any]]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Return the conversions of the columns' types for values that go to the driver, by position."""
    dialect = connection.dialect
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    return [(position, convert) for position, convert in enumerate(processors) if convert]
