"""No value of a statement is in the log, whatever an error quotes."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from qapla.database.database import Database

Record = Callable[..., tuple[logging.Logger, io.StringIO]]

VALUE = "it's Kahless"
every_engine = pytest.mark.parametrize(
    "fleet_server", ["postgresql", "sqlite", "mariadb"], indirect=True
)
UNIQUE = "CREATE TABLE secrets (name VARCHAR(200) NOT NULL UNIQUE)"


@pytest.fixture
def duplicate(fleet: Database) -> DBAPIError:
    """Return the error of a row that is there already."""
    with fleet.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS secrets"))
        connection.execute(text(UNIQUE))
        insert = text("INSERT INTO secrets VALUES (:name)")
        connection.execute(insert, {"name": VALUE})
        with pytest.raises(DBAPIError) as raised, connection.begin_nested():
            connection.execute(insert, {"name": VALUE})
        return raised.value


def logged(record: Record, error: BaseException) -> dict[str, Any]:
    """Return the fields of a line with the error as an argument, as its traceback and as `repr`."""
    logger, output = record("json")
    try:
        raise RuntimeError("failed") from error
    except RuntimeError:
        logger.exception("%s, %r", error, error)
    fields: dict[str, Any] = json.loads(output.getvalue())
    return fields


@every_engine
def test_the_value_of_a_violated_constraint_is_hidden(
    duplicate: DBAPIError, record: Record
) -> None:
    """The name of the error and the statement stay."""
    fields = logged(record, duplicate)
    assert "Kahless" not in str(fields)
    assert "INSERT INTO secrets" in fields["event"]
    assert "IntegrityError" in fields["exception"]


@pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
def test_the_constraint_stays(duplicate: DBAPIError, record: Record) -> None:
    """Of PostgreSQL's error its first line, and of its details none."""
    event = logged(record, duplicate)["event"]
    assert 'violates unique constraint "secrets_name_key"\n…\n[SQL: INSERT' in event


@pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
def test_the_value_of_a_wrong_type_is_hidden(fleet: Database, record: Record) -> None:
    """PostgreSQL quotes it in the first line."""
    with fleet.engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("SELECT CAST(:name AS INTEGER)"), {"name": VALUE})
    event = logged(record, raised.value)["event"]
    assert "invalid input syntax for type integer: …" in event
    assert "Kahless" not in event


def test_the_value_of_a_conversion_is_hidden(record: Record) -> None:
    """It fails before a driver is asked; a group of errors is searched as well."""
    cause = ValueError(f"could not convert string to float: {VALUE!r}")
    error = StatementError("failed", "SELECT 1", {}, cause, hide_parameters=True)
    error.__cause__ = cause
    assert "Kahless" not in str(logged(record, error))
    assert "Kahless" not in logged(record, ExceptionGroup("two", [error]))["exception"]


def test_values_that_are_to_be_shown_are(record: Record) -> None:
    """With `hide_parameters=False`, as a developer may set it."""
    error = DBAPIError("SELECT 1", {}, ValueError(VALUE), hide_parameters=False)
    assert VALUE in logged(record, error)["event"]
