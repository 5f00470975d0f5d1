"""The messages that wait in the outboxes of databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from qapla.database.database import Database

# The classes of outboxes, which `qapla.celery.outbox` adds when a model is imported.
_models: list[type[Any]] = []


@dataclass(frozen=True)
class Waiting:
    """The messages of an outbox that are due.

    Args:
        number: Their number.
        age: The seconds for which the oldest has been due; 0 without one.
    """

    number: int
    age: float


def add_outbox_model(model: type[Any]) -> None:
    """Add the class of an outbox, mapped or yet to be mapped."""
    _models.append(model)


def outbox_of(database: Database) -> type[Any] | None:
    """Return the model of a database's outbox, if it has one among its models."""
    prefix = f"{database.models}."
    found: Iterator[type[Any]] = (
        model for model in _models if model.__module__.startswith(prefix) and _is_mapped(model)
    )
    return next(found, None)


def waiting_messages(database: Database, model: type[Any], seconds: float) -> Waiting:
    """Return the messages of an outbox that wait for a relay, past the pool.

    Args:
        database: The database.
        model: The model of its outbox.
        seconds: The time after which the connection gives up.
    """
    now = datetime.now(UTC)
    statement = select(func.count(), func.min(model.due_at)).where(model.due_at <= now)
    with database.connections.alone(seconds) as connection:
        number, oldest = connection.execute(statement).one()
    if oldest is None:
        return Waiting(number, 0.0)
    # SQLite and MariaDB keep no zone.
    due = oldest if oldest.tzinfo else oldest.replace(tzinfo=UTC)
    return Waiting(number, max(0.0, (now - due).total_seconds()))


def _is_mapped(model: type[Any]) -> bool:
    return hasattr(model, "__table__")
