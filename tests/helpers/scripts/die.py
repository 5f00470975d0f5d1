"""Write three tasks into the outbox, or relay them, and be killed on the way.

Arguments: `write` or `relay`, and the point: `before_commit`, `after_commit`, `before_send`,
`after_send` or `never`.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from qapla.celery.outbox.relay import Relay

from qapla_sample import main
from qapla_sample.databases.main.outbox import Outbox
from qapla_sample.databases.main.ship import Ship
from qapla_sample.tasks.ships import create_once
from qapla_sample.tasks.worker import app


def die(*_: object) -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def write() -> None:
    """Put three tasks into the outbox, with a row, in one transaction."""
    with main.run_command().dbs["main"].get_session() as session:
        session.add(Ship(name="a row of the same transaction"))
        for number in range(3):
            Outbox(session).send(create_once.s("a").set(task_id=f"task-{number}"))
        session.commit()


def relay(point: str) -> None:
    """Send the tasks, up to a point."""
    main.run_command()
    made: Any = Relay(main, "main", Outbox, app)
    send = made._send
    if point == "before_send":
        made._send = die
    if point == "after_send":

        def send_and_die(message: object) -> None:
            send(message)
            die()

        made._send = send_and_die
    made.run()


if __name__ == "__main__":
    work, point = sys.argv[1:]
    if point.endswith("_commit"):
        event.listen(Session, point, die)
    if work == "write":
        write()
    else:
        relay(point)
