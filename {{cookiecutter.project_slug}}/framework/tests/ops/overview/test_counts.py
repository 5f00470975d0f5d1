"""The number of rows, on each engine."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from qapla.database.database import Database
from qapla.ops.models import Models, models_of
from qapla.ops.overview import counts
from qapla.ops.overview.counts import Census, Count

from qapla_sample.databases.main.outbox import OutboxMessage
from qapla_sample.databases.main.ship import Ship

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
NOW = datetime.now(UTC)


@pytest.fixture
def database(place: Callable[..., Database]) -> Iterator[Database]:
    """Return a database with the tables of main."""
    database = place(f"qapla_counts_{os.getpid()}_test")
    database.models = "qapla_sample.databases.main"
    database.drop()
    database.create()
    Ship.metadata.create_all(database.engine)
    yield database
    database.dispose()


def put(database: Database, model: Any, *rows: dict[str, Any]) -> None:
    """Insert rows."""
    with database.engine.begin() as connection:
        connection.execute(insert(model), rows)


def message(task_id: str, due_at: datetime | None) -> dict[str, Any]:
    """Return a message of an outbox."""
    kept = {"message": "{}", "until_acknowledged": False, "attempts": 0}
    return {"task_id": task_id, "due_at": due_at, **kept}


@EVERY
def test_rows_are_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly up to a limit; a table that is not there has no number, and the others have theirs."""
    monkeypatch.setattr(counts, "LIMIT", 3)
    put(database, Ship, *({"name": str(number)} for number in range(3)))
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE inbox_messages"))
    census = Census(database, models_of(database))
    assert census.probe(5) == "2 of 3 tables"
    assert census.counts == {"ships": Count(3), "outbox_messages": Count(0)}
    put(database, Ship, {"name": "one more"})
    census.probe(5)
    # Statistics may have it already.
    assert census.counts["ships"] in (Count(3, "least"), Count(4, "estimated"))


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_more_rows_are_estimated(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the statistics of the server, which says `about`."""
    monkeypatch.setattr(counts, "LIMIT", 3)
    put(database, Ship, *({"name": str(number)} for number in range(50)))
    analyze = "ANALYZE TABLE" if database.url.get_backend_name() == "mysql" else "ANALYZE"
    with database.engine.begin() as connection:
        connection.execute(text(f"{analyze} ships"))
    census = Census(database, models_of(database))
    census.probe(5)
    assert census.counts["ships"] == Count(50, "estimated")


@EVERY
def test_the_messages_of_an_outbox(database: Database) -> None:
    """Those that are due, with the oldest one, those of later, and those that are parked."""
    put(
        database,
        OutboxMessage,
        message("first", NOW - timedelta(minutes=5)),
        message("second", NOW - timedelta(minutes=1)),
        message("later", NOW + timedelta(hours=1)),
        message("parked", None),
    )
    census = Census(database, models_of(database))
    census.probe(5)
    backlog = census.backlogs["outbox_messages"]
    assert (backlog.due, backlog.later, backlog.parked) == (2, 1, 1)
    assert backlog.oldest is not None
    assert abs(backlog.oldest - NOW + timedelta(minutes=5)) < timedelta(seconds=2)


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_a_locked_table_ends_the_wait(database: Database) -> None:
    """The count gives up in time, and leaves no statement behind."""
    locked = "LOCK TABLES ships WRITE" if database.url.get_backend_name() == "mysql" else None
    census = Census(database, Models((), (Ship.__table__,)))  # type: ignore[arg-type]
    with database.engine.begin() as connection:
        connection.execute(text(locked or "LOCK TABLE ships"))
        if locked is None:
            assert census.probe(0.2) == "0 of 1 tables"
        else:
            with pytest.raises(Exception, match="timed out"):
                census.probe(0.2)
            connection.execute(text("UNLOCK TABLES"))
