"""Tasks that create ships, of which some fail; and their sender."""

import time

from sqlalchemy.orm import Session

from qapla.celery.task import DatabaseTask
from qapla.database.decorators import WithDatabase

from rotarran import main as application
from rotarran.databases.main.ship import ShipReadDriver, ShipWriteDriver
from rotarran.tasks.worker import app


@app.task(base=DatabaseTask, ignore_result=True)
@WithDatabase(application, "main")
def create(number: int, seconds: float, main: Session) -> None:
    """Create a ship, and take some time for it; its key is one of each run, so that a second shows."""
    with ShipWriteDriver(main).transaction():
        ship = ShipWriteDriver(main).create(name=str(number), key=f"{number} {time.time_ns()}")
        time.sleep(seconds)
    ShipReadDriver(main).get_row(ship.id, "name")


@app.task(base=DatabaseTask, ignore_result=True)
@WithDatabase(application, "main")
def fail(number: int, main: Session) -> None:
    """Raise in the middle of a transaction."""
    ShipWriteDriver(main).create(name="failed", key=f"{number} {time.time_ns()}")
    raise ValueError(number)


def send(number: int, failing: int, seconds: float) -> None:
    """Send tasks.

    Args:
        number: The number of tasks.
        failing: Each task of as many raises; 0 for none.
        seconds: The time that each of the others takes.
    """
    for it in range(number):
        if failing and it % failing == 0:
            fail.delay(it)
        else:
            create.delay(it, seconds)
