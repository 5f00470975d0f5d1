"""Run a worker whose main process has a connection in its pool when it forks. Arguments: Celery's."""

import sys

from qapla_sample import main
from qapla_sample.tasks.worker import app

if __name__ == "__main__":
    with main.run_worker().dbs["main"].get_session() as session:
        session.connection()
    app.worker_main(sys.argv[1:])
