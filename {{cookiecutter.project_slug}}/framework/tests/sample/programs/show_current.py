"""Print Celery's current application, in two threads. Argument: the way in which the project is used."""

import sys
import threading
from collections.abc import Callable
from importlib import import_module

import celery
from celery.result import AsyncResult

from qapla_sample import main
from qapla_sample.application.app import SampleApplication

WAYS: dict[str, Callable[[], object]] = {
    "worker": lambda: import_module("qapla_sample.tasks.worker").app,
    "command": main.run_command,
    "web": main.run_wsgi,
    "two applications": lambda: (main.celery, SampleApplication().celery),
}


def name() -> str:
    """Return the name of the current application."""
    return str(celery.current_app.main)


if __name__ == "__main__":
    WAYS[sys.argv[1]]()
    print(name(), AsyncResult("x").app.main, celery.current_app == main.celery)
    thread = threading.Thread(target=lambda: print(name()))
    thread.start()
    thread.join()
