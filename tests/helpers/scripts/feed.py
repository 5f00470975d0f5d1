"""Put tasks into the outbox of the sample, each once, whatever goes away. Argument: their number."""

import sys
import time

from qapla.database.database import Database
from qapla.database.dialects.errors import is_transient

from qapla_sample import main
from qapla_sample.databases.main.outbox import Outbox, OutboxMessage
from qapla_sample.databases.main.ship import Ship
from qapla_sample.tasks.ships import create_acknowledged


def send(database: Database, number: int) -> None:
    """Send a task, unless a commit whose answer was lost has sent it already."""
    task_id = f"task-{number}"
    with database.get_session() as session:
        kept = session.query(OutboxMessage).filter_by(task_id=task_id).first()
        if not kept and not session.query(Ship).filter_by(name=str(number)).first():
            signature = create_acknowledged.s(str(number)).set(task_id=task_id)
            Outbox(session).send(signature, until_acknowledged=True)
            session.commit()


def persist(database: Database, number: int) -> None:
    """Send a task, and try again while the error is transient."""
    while True:
        try:
            send(database, number)
        except Exception as error:
            if not is_transient(error):
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    prepared = main.run_command().dbs["main"]
    for count in range(int(sys.argv[1])):
        persist(prepared, count)
