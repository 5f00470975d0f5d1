"""The violations of constraints within a transaction."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qapla.exceptions import (
    ConstraintViolation,
)

from qapla_sample.fleet import (
    Fleet,
    FleetWriteDriver,
)

DBAPIS = ("psycopg", "sqlite3", "pymysql")

Write = Callable[[Session], object]


def is_of_a_dbapi(error: BaseException | None) -> bool:
    """Whether an error is a database driver's own."""
    return type(error).__module__.partition(".")[0] in DBAPIS


def violation(session: Session, write: Write) -> ConstraintViolation:
    """Return how a write fails inside a transaction, in which the session goes on."""
    with FleetWriteDriver(session).transaction():
        with pytest.raises(ConstraintViolation) as caught:
            write(session)
        marker = FleetWriteDriver(session).create(name=f"after {id(caught)}")
    assert session.get(Fleet, marker.id) is marker
    assert is_of_a_dbapi(caught.value.__cause__)
    return caught.value
