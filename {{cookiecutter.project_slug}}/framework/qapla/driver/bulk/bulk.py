"""Many rows at once, in constant memory: COPY on PostgreSQL, statements of many rows elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.sql.schema import Column

from qapla.database.sessions.uncommitted import record_write
from qapla.driver.base import Driver
from qapla.driver.bulk.copy import can_copy, copy_rows
from qapla.driver.generated import mapper_values
from qapla.driver.mapping.tables import table_of
from qapla.exceptions import QaplaError

BATCH = 1000
Row = Mapping[str, Any]


@dataclass(frozen=True)
class RowStream:
    """Rows that are to be written, as tuples of values.

    `names` are those of the first row; `columns` are theirs, and those that the mapper fills.
    """

    names: tuple[str, ...]
    columns: list[Column[Any]]
    values: Iterator[tuple[Any, ...]]

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows by the keys of their columns, a batch at a time."""
        keys = [column.key for column in self.columns]
        while batch := list(islice(self.values, BATCH)):
            yield [dict(zip(keys, values, strict=True)) for values in batch]


def read_rows(driver: Driver[Any], rows: Iterable[Row]) -> RowStream | None:
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
        raise QaplaError(f"{driver.model_name}: row 0 is empty: give every row the same columns")
    names = tuple(first)
    for name in names:
        driver.column(name)
    table, attributes = table_of(driver), driver.mapper.column_attrs
    columns = [table.columns[attributes[name].columns[0].key] for name in names]
    own = [(column, make) for column, make in mapper_values(driver.mapper) if column not in columns]
    values = _values(driver, names, [make for _, make in own], chain([first], iterator))
    return RowStream(names, columns + [column for column, _ in own], values)


def insert_rows(driver: Driver[Any], rows: Iterable[Row]) -> int:
    """Insert rows by the quickest way that the engine has; return how many."""
    load = read_rows(driver, rows)
    if load is None:
        return 0
    connection = _connection(driver)
    table = table_of(driver)
    defaults = [c for c in table.columns if c.default is not None and c not in load.columns]
    if can_copy(connection, [*load.columns, *defaults], defaults):
        record_write(driver.session)
        return copy_rows(connection, table, load.columns, defaults, load.values)
    count = 0
    for batch in load.batches():
        connection.execute(insert(table), batch)
        count += len(batch)
    return count


def insert_returning_keys(driver: Driver[Any], rows: Iterable[Row]) -> list[Any]:
    """Insert rows and return their primary keys, in the order of the rows."""
    load = read_rows(driver, rows)
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
) -> Iterator[tuple[Any, ...]]:
    get = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    count = len(names)
    for number, row in enumerate(rows):
        try:
            # A mapping of another class may make up a value for a name that it does not have.
            if len(row) != count or not (type(row) is dict or all(n in row for n in names)):
                raise KeyError
            values = get(row)
        except KeyError:
            raise QaplaError(
                f"{driver.model_name}: row {number} has {', '.join(row) or 'nothing'}, and the first row "
                f"has {', '.join(names)}: give every row the same columns"
            ) from None
        yield (*values, *(make() for make in own)) if own else values


def _connection(driver: Driver[Any]) -> Connection:
    """Flush, and return the session's connection."""
    driver.session.flush()
    return driver.session.connection({"mapper": driver.mapper})
