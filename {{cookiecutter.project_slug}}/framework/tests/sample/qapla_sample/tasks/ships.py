"""Tasks about ships, in every way that a task can use a session."""

import os
from typing import Any

from psycopg.errors import DeadlockDetected
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qapla.celery.task import DatabaseTask
from qapla.database.decorators import WithDatabase
from qapla.logs.context import current

from qapla_sample import main
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.outbox import Inbox, Outbox
from qapla_sample.databases.main.ship import ShipReadDriver, ShipWriteDriver
from qapla_sample.tasks.worker import app


@app.task
@WithDatabase(main, "main")
def create_ship(name: str, main: Session) -> int:
    """Create a ship."""
    with ShipWriteDriver(main).transaction():
        return int(ShipWriteDriver(main).create(name=name).id)


@app.task(bind=True, base=DatabaseTask)
@WithDatabase(main, "main")
def create_once(self: Any, name: str, main: Session) -> bool:
    """Create a ship, however often the message comes."""
    with ShipWriteDriver(main).transaction():
        first = Inbox(main).accept(self.request.id)
        if first:
            ShipWriteDriver(main).create(name=name)
        return first


@app.task(bind=True, base=DatabaseTask)
@WithDatabase(main, "main")
def create_acknowledged(self: Any, name: str, main: Session) -> bool:
    """Create a ship, and take the message out of the outbox."""
    with ShipWriteDriver(main).transaction():
        first = Outbox(main).acknowledge(self.request.id)
        if first:
            ShipWriteDriver(main).create(name=name)
        return first


@app.task
@WithDatabase(main, "main")
@WithDatabase(main, "analytics")
def record(name: str, main: Session, analytics: Session) -> int:
    """Write to both databases."""
    analytics.add(Event(name=name))
    analytics.commit()
    return len(ShipReadDriver(main).list_all())


@app.task(bind=True, max_retries=3)
@WithDatabase(main, "main")
def create_at_third_attempt(self: Any, name: str, main: Session) -> int:
    """Write, and ask for two retries: the writes of an attempt are rolled back."""
    ShipWriteDriver(main).create(name=name)
    if self.request.retries < 2:
        raise self.retry(countdown=0.1)
    main.commit()
    return int(self.request.retries)


@app.task(bind=True, autoretry_for=(ValueError,), retry_kwargs={"countdown": 0.1})
@WithDatabase(main, "main")
def create_after_an_error(self: Any, name: str, main: Session) -> int:
    """Write, and fail once."""
    ShipWriteDriver(main).create(name=name)
    if self.request.retries < 1:
        raise ValueError("once")
    main.commit()
    return int(self.request.retries)


@app.task(bind=True, base=DatabaseTask)
@WithDatabase(main, "main")
def create_after_a_deadlock(self: Any, name: str, main: Session) -> int:
    """Write, and take the side of another transaction once."""
    ShipWriteDriver(main).create(name=name)
    if self.request.retries < 1:
        raise OperationalError("UPDATE", {}, DeadlockDetected("deadlock"))
    main.commit()
    return int(self.request.retries)


@app.task(bind=True, base=DatabaseTask, soft_time_limit=1)
@WithDatabase(main, "main")
def hang(self: Any, name: str, main: Session) -> None:
    """Write, and wait in the middle of a statement for longer than the task may."""
    ShipWriteDriver(main).create(name=name)
    main.execute(text("SELECT pg_sleep(30)"))


@app.task
@WithDatabase(main, "main")
def fail(name: str, main: Session) -> None:
    """Write, and fail."""
    ShipWriteDriver(main).create(name=name)
    raise RuntimeError("failed")


@app.task
@WithDatabase(main, "main")
def count_ships(*before: Any, main: Session) -> int:
    """Count the ships; the result of the task before it in a chain or a chord is not used."""
    return len(ShipReadDriver(main).list_all())


@app.task
def process_id() -> int:
    """Return the id of the process that runs the task."""
    return os.getpid()


@app.task(bind=True, max_retries=3)
@WithDatabase(main, "main")
def log_context(self: Any, more: int = 0, main: Session | None = None) -> list[dict[str, str]]:
    """Return the context of log records, after retries or as many tasks further on."""
    if self.request.retries < more:
        raise self.retry(countdown=0.1)
    return [dict(current())]


@app.task
def ask_for_context() -> str:
    """Send a task, and return its id."""
    return str(log_context.delay().id)
