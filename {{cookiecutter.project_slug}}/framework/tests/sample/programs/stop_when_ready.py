"""Run a worker that stops as soon as it is ready. Arguments: options of `celery worker`."""

import logging
import sys

from celery.signals import worker_ready

from qapla_sample.tasks.worker import app


@worker_ready.connect
def stop(**_: object) -> None:
    """Log a line, and end the process."""
    logging.getLogger("mine").debug("ready")
    raise SystemExit(0)


if __name__ == "__main__":
    app.worker_main(["worker", "--pool=solo", *sys.argv[1:]])
