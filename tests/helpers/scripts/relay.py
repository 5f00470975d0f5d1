"""Relay the outbox of the sample until the process ends, and soon again if a task does not come."""

from datetime import timedelta

from qapla.celery.outbox.relay import Relay

from qapla_sample import main
from qapla_sample.databases.main.outbox import Outbox
from qapla_sample.tasks.worker import app

if __name__ == "__main__":
    main.run_command()
    Relay(main, "main", Outbox, app, again_after=timedelta(seconds=15)).run_forever(0.1)
