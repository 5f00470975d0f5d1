"""Run a task that reads one row; Celery's tracing of a run is part of every variant."""

import sys
import time
import warnings
from typing import Any

warnings.simplefilter("ignore")

from celery import Celery  # noqa: E402
from sqlalchemy import Engine, create_engine  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from qapla.celery.task import Task  # noqa: E402
from qapla.database.application import DatabaseApplication  # noqa: E402
from qapla.database.decorators import WithDatabase  # noqa: E402

from benchmarks.models import Ship, ShipReadDriver  # noqa: E402
from benchmarks.server import database, url  # noqa: E402

RUNS = 3000


def celery(base: Any = None) -> Any:
    """Return a Celery application in memory."""
    app: Any = Celery("benchmark", task_cls=base, set_as_current=False)
    app.conf.update(broker_url="memory://", result_backend="cache+memory://")
    return app


def plain() -> Any:
    """Return a task that opens a session by hand, on an engine with SQLAlchemy's own defaults."""
    return _by_hand(create_engine(url()))


def pinging() -> Any:
    """Return the same, on an engine with pre-ping, as SQLAlchemy advises for a pool."""
    return _by_hand(create_engine(url(), pool_pre_ping=True))


def qapla() -> Any:
    """Return a task whose session is given to it."""

    @WithDatabase(_application(), "main")
    def read(key: int, main: Session) -> str:
        return main.get_one(Ship, key).name

    return celery(Task).task(shared=False)(read)


def driver() -> Any:
    """Return a task that asks a read driver."""

    @WithDatabase(_application(), "main")
    def read(key: int, main: Session) -> str:
        return ShipReadDriver(main).get_by_id(key).name

    return celery(Task).task(shared=False)(read)


def _by_hand(engine: Engine) -> Any:
    def read(key: int) -> str:
        with Session(engine) as session:
            return session.get_one(Ship, key).name

    return celery().task(shared=False)(read)


def _application() -> DatabaseApplication:
    application = DatabaseApplication()
    application.dbs.fill([database(reader=True)])
    return application


def main(kind: str) -> None:
    """Time many runs, after a few that warm up."""
    task = globals()[kind]()
    for _ in range(50):
        assert task.apply((7,)).get() == "ship 0000006"
    start = time.perf_counter()
    for _ in range(RUNS):
        task.apply((7,))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1])
