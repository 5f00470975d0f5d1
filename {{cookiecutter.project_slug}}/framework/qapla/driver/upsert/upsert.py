"""Upserts by the engine's own statement: ON CONFLICT, or MariaDB's ON DUPLICATE KEY."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true, tuple_
from sqlalchemy.exc import NoResultFound

from qapla.database.dialects import dialect_of
from qapla.database.dialects.base import Upsert
from qapla.driver.base import Driver
from qapla.driver.bulk.bulk import RowStream, read_rows
from qapla.driver.generated import changed_values
from qapla.driver.mapping.tables import table_of
from qapla.driver.upsert.conflict import Predicate, Target, target_of
from qapla.exceptions import Duplicate, QaplaError

Batch = list[dict[str, Any]]


def upsert_one(
    driver: Driver[Any],
    on: Sequence[str],
    values: Mapping[str, Any],
    index_where: Predicate | None = None,
) -> Any:
    """Add or change a row, and return it."""
    target = target_of(driver, on, index_where)
    # Others than the row may have the same values, outside a partial index.
    keys = () if target.predicate is None else driver.mapper.primary_key
    written = [row for batch in _write(driver, target, [values], keys) for row in batch]
    statement = select(driver.model)
    if keys and written:
        conditions = [key == value for key, value in zip(keys, written[0], strict=True)]
    else:
        conditions = [driver.column(name) == values[name] for name in target.names]
    if target.predicate is not None and not written:
        statement = statement.where(target.predicate)
    try:
        return driver.session.scalars(statement.where(*conditions)).unique().one()
    except NoResultFound as error:
        # MariaDB has changed another row, which has the value of another unique key.
        text = f"a row of {driver.model_name} with the same values is there already"
        raise Duplicate(text, driver.model_name, None, ()) from error


def upsert_many(
    driver: Driver[Any],
    on: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    index_where: Predicate | None = None,
) -> int:
    """Add or change rows a batch at a time; return how many were given."""
    target = target_of(driver, on, index_where)
    return sum(len(batch) for batch in _write(driver, target, rows))


def _write(
    driver: Driver[Any],
    target: Target,
    rows: Iterable[Mapping[str, Any]],
    keys: Sequence[ColumnElement[Any]] = (),
) -> Iterator[Sequence[Any]]:
    """Write the rows, and yield each batch, or the keys of its rows that were written."""
    load = read_rows(driver, rows)
    if load is None:
        return
    if missing := [name for name in target.names if name not in load.names]:
        raise QaplaError(
            f"{driver.model_name}: the conflict column {', '.join(missing)} is missing: "
            "give a value of it, or name other columns in on="
        )
    driver.session.flush()
    connection = driver.session.connection({"mapper": driver.mapper})
    statement = _statement(driver, target, load.names)
    for batch in _batches(driver, target.names, load):
        if target.kind is not None:
            _refuse_other_kinds(driver, target, target.kind, batch)
        if keys:
            yield connection.execute(statement.returning(*keys), batch).all()
        else:
            connection.execute(statement, batch)
            yield batch
    # Objects that the session has of these rows are read again.
    for kept in driver.session.identity_map.values():
        if isinstance(kept, driver.model):
            driver.session.expire(kept)


def _batches(driver: Driver[Any], on: Sequence[str], load: RowStream) -> Iterator[Batch]:
    """Yield the batches; a NULL in a conflict column is refused, as it is equal to nothing."""
    keys = {driver.mapper.column_attrs[name].columns[0].key: name for name in on}
    number = 0
    for batch in load.batches():
        for row in batch:
            if missing := [name for key, name in keys.items() if row[key] is None]:
                raise QaplaError(
                    f"{driver.model_name}: row {number} has no value of the conflict column "
                    f"{', '.join(missing)}: give one"
                )
            number += 1
        yield batch


def _refuse_other_kinds(
    driver: Driver[Any], target: Target, kind: ColumnElement[bool], batch: Batch
) -> None:
    """Refuse to change the row of another model that shares the table.

    Raises:
        Duplicate: Such a row has the same values.
    """
    columns: list[Any] = [driver.mapper.column_attrs[name].columns[0] for name in target.names]
    given = [tuple(row[column.key] for column in columns) for row in batch]
    same = (
        tuple_(*columns).in_(given)
        if len(columns) > 1
        else columns[0].in_([value for (value,) in given])
    )
    others = select(1).select_from(table_of(driver)).where(same, kind.is_not(true()))
    if target.predicate is not None:
        others = others.where(target.predicate)
    bound = {"mapper": driver.mapper}
    if driver.session.scalar(others.limit(1), bind_arguments=bound) is not None:
        names = ", ".join(target.names)
        text = f"a row of another kind than {driver.model_name} has the same {names}"
        raise Duplicate(text, driver.model_name, None, target.names)


def _statement(driver: Driver[Any], target: Target, given: Sequence[str]) -> Any:
    attributes = driver.mapper.column_attrs
    changed = [attributes[name].columns[0] for name in given if name not in target.names]
    # Where nothing is given to change, a row that is there is left alone.
    also = changed_values(driver.mapper, given) if changed else {}
    parts = Upsert(
        columns=[attributes[name].columns[0] for name in target.names],
        predicate=target.predicate,
        kind=target.kind,
        changed=changed,
        values={attributes[name].columns[0]: value for name, value in also.items()},
    )
    return dialect_of(driver.dialect.name).upsert(table_of(driver), parts)
