"""Run a worker of tasks that wait for a file, or send some. Arguments: Celery's, or `send` and a number."""

import os
import sys
import time
from pathlib import Path

from qapla_sample.tasks.worker import app

DIRECTORY = Path(os.environ["HOLD_DIRECTORY"])


@app.task(name="scripts.hold", ignore_result=True)
def hold(number: int) -> None:
    """Wait until the test lets the task go on."""
    (DIRECTORY / "started").touch()
    while not (DIRECTORY / "go").exists():
        time.sleep(0.05)
    (DIRECTORY / f"done-{number}").touch()


if __name__ == "__main__":
    if sys.argv[1] == "send":
        for number in range(int(sys.argv[2])):
            hold.delay(number)
    else:
        app.worker_main(sys.argv[1:])
