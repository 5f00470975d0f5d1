"""Celery for an application: configured from its settings when Celery first asks.

Importing a module of tasks prepares nothing; a worker prepares the application once per process.
"""

import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from celery._state import get_current_app
from celery.signals import setup_logging, worker_init, worker_process_init

from qapla.app import TESTS, Application
from qapla.celery.configuration import configuration, make_directories
from qapla.celery.task import Task


class CeleryApplication(Application):
    """An application whose tasks run on `celery`; a mixin beside other applications."""

    def __init__(self) -> None:
        super().__init__()
        self._celery: Celery[Task] | None = None

    @property
    def celery(self) -> "Celery[Task]":
        """Return the Celery application, made at first use; its configuration is read later."""
        if self._celery is None:
            self._celery = Celery(self.package, task_cls=Task, set_as_current=False)
            self._celery.add_defaults(self._configuration)
            # Strong, as the methods have no other owner than the signal.
            worker_init.connect(self._prepare_worker, weak=False)
            worker_process_init.connect(self._prepare_process, weak=False)
        return self._celery

    def add_celery(self) -> None:
        """Leave the worker's logging to the application; for `append_app_plugins`.

        Everything else waits until Celery asks for its configuration: nothing is made or connected.
        """
        if self.settings.logging:
            # Celery sets up no logging of its own when somebody listens to this signal.
            setup_logging.connect(_leave_logging, dispatch_uid="qapla")

    def _prepare_worker(self, sender: Any, **_: Any) -> None:
        # The signals are those of any worker, and a process may have several applications.
        if sender.app is self._celery:
            self.run_worker()

    def _prepare_process(self, **_: Any) -> None:
        # What `current_app` stands for; as a proxy it is never identical to anything.
        if get_current_app() is self._celery:
            self.run_worker()

    @property
    def _celery_var(self) -> Path:
        """Return the directory of the development broker; tests have one of their own."""
        var = self.paths["var"]
        return var / self._queue if self.purpose == TESTS else var

    @property
    def _queue(self) -> str:
        """Return the default queue: no worker of development gets what a test has sent."""
        if self.purpose != TESTS:
            return self.package
        parallel = os.environ.get("PYTEST_XDIST_WORKER")
        return f"{self.package}_test_{parallel}" if parallel else f"{self.package}_test"

    def _configuration(self) -> dict[str, Any]:
        self.run_worker()
        var = self._celery_var
        make_directories(var)
        return configuration(
            self.settings.celery,
            var=var,
            queue=self._queue,
            include=self._task_modules(),
        )

    def _task_modules(self) -> list[str]:
        """Return the modules of the project's package `tasks`."""
        package = sys.modules[f"{self.package}.tasks"]
        found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        return [module.name for module in found if not module.ispkg]


def _leave_logging(**_: Any) -> None:
    """Do nothing: the application's settings have set up logging already."""
