"""Celery for an application: configured from its settings when Celery first asks.

Importing a module of tasks prepares nothing; a worker prepares the application once per process.
"""

import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import Celery
from celery._state import get_current_app
from celery.signals import setup_logging, worker_init, worker_process_init
from celery.utils.dispatch import Signal

from qapla.app import TESTS, Application
from qapla.celery.checks import check
from qapla.celery.configuration import configuration, make_directories
from qapla.celery.files import use_whole_files
from qapla.celery.task import Task
from qapla.exceptions import QaplaError


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
            use_whole_files(self._celery)
            self._celery.on_configure = _Configure(self._prepare_configuration)
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
        queue = str(self.settings.celery.get("task_default_queue", self.package))
        if self.purpose != TESTS:
            return queue
        parallel = os.environ.get("PYTEST_XDIST_WORKER")
        return f"{queue}_test_{parallel}" if parallel else f"{queue}_test"

    def _prepare_configuration(self) -> None:
        """Prepare the application; a command of Celery is ended by what is wrong, in one line."""
        try:
            self.run_worker()
            check(self.settings.celery, self.layers.source)
        except QaplaError as error:
            if _is_command():
                raise SystemExit(str(error)) from error
            raise

    def _configuration(self) -> dict[str, Any]:
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


class _Configure(Signal):
    """Celery's signal before its configuration is read; what is wrong then ends the reading.

    Celery logs the errors of receivers, and goes on; and it forgets defaults that it could not get,
    so that a second look at its configuration would find a broker on localhost.
    """

    def __init__(self, prepare: Callable[[], None]) -> None:
        super().__init__(name="app.on_configure")
        self._prepare = prepare

    def send(self, sender: Any, **named: Any) -> Any:
        self._prepare()
        return super().send(sender, **named)


def _is_command() -> bool:
    """Tell whether a command of Celery is running, such as `worker` or `beat`."""
    # Imported here: whatever is not a command starts faster without them.
    import click
    from celery.bin.celery import celery

    context = click.get_current_context(silent=True)
    return context is not None and context.find_root().command is celery


def _leave_logging(**_: Any) -> None:
    """Do nothing: the application's settings have set up logging already."""
