"""The result of the work on a database, in one line."""

from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import CompileError, InvalidRequestError

from qapla.cli.db.running.outcome import attempt
from qapla.database.database import Database
from qapla.database.places.target import Target

URL = make_url("postgresql+psycopg://postgres@/probe_main")
VARIABLE = "PROBE_DATABASES__MAIN__URL"
COMPILE_ERROR = "failed: CompileError: PostgreSQL ENUM type requires a name"


def compile_enum(database: Database) -> str:
    """Raise the error of a column of MariaDB, in a migration that was made there."""
    raise CompileError("PostgreSQL ENUM type requires a name.")


def refuse(database: Database) -> str:
    """Raise an error of SQLAlchemy of several lines."""
    raise InvalidRequestError("one\ntwo")


def test_sql_of_another_engine_on_the_embedded_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variable is named that leads to the server of that engine; there is no traceback."""
    database = Database("main").at(Target(URL, embedded=tmp_path, url_variable=VARIABLE))
    assert attempt(database, compile_enum) == (
        f"{COMPILE_ERROR}; it has no URL, and the embedded PostgreSQL stands in for its server: if "
        f"it is of another engine, set the variable {VARIABLE}",
        False,
    )
    assert capsys.readouterr().err == ""


def test_sql_of_another_engine_on_a_server_of_a_url() -> None:
    """The URL is as its owner wants it."""
    database = Database("main").at(Target(URL, url_variable=VARIABLE))
    assert attempt(database, compile_enum) == (COMPILE_ERROR, False)


def test_an_error_of_sqlalchemy(capsys: pytest.CaptureFixture[str]) -> None:
    """It is one line, by its class."""
    result = attempt(Database("main").at(Target(URL)), refuse)
    assert result == ("failed: InvalidRequestError: one two", False)
    assert capsys.readouterr().err == ""
