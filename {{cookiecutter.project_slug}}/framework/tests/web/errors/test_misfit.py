"""A value that does not fit its column is the fault of the client."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from webtest import TestApp

from qapla.database.database import Database

View = Callable[[Any], Any]


MISFITS = {
    "postgresql": [
        "SELECT CAST('2147483648' AS int)",
        "SELECT 2147483648::int",
        "SELECT CAST('x' AS int)",
        "SELECT CAST('2375-13-01' AS date)",
        "INSERT INTO misfits VALUES ('too long')",
    ],
    "mariadb": ["INSERT INTO misfits VALUES ('too long')"],
}


@pytest.mark.parametrize(
    ("place", "statement"),
    [(engine, statement) for engine, all_of in MISFITS.items() for statement in all_of],
    indirect=["place"],
)
def test_a_value_that_does_not_fit_is_400(
    at_place: Callable[[View], TestApp], place: Callable[..., Database], statement: str
) -> None:
    """Too long, out of range or of another type: the client has sent it."""
    place("errors_test").create()

    def view(request: Any) -> None:
        request.main.execute(text("CREATE TABLE misfits (name varchar(2))"))
        request.main.execute(text(statement))

    answer = at_place(view).get("/view", status=400)
    assert answer.json["detail"] == "a value does not fit its column"


@pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)
def test_a_value_that_the_driver_cannot_send_is_400(
    at_place: Callable[[View], TestApp], place: Callable[..., Database]
) -> None:
    """SQLite has no number of more than 64 bits, and PostgreSQL no text with a NUL."""
    place("errors_test").create()

    def view(request: Any) -> None:
        postgresql = request.main.get_bind().dialect.name == "postgresql"
        value = "nul\x00" if postgresql else 2**63
        request.main.execute(text("SELECT :value"), {"value": value})

    answer = at_place(view).get("/view", status=400)
    assert answer.json["detail"] == "a value does not fit its column"
