"""Celery for an application: configured from its settings when Celery first asks.

Importing a module of tasks prepares nothing; a worker prepares the application once per process.
"""

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from celery import Celery, current_app
from celery.signals import setup_logging, worker_init, worker_process_init
from celery.utils.dispatch import Signal

from qapla.app import TESTS, Application
from qapla.celery.base import ProjectCelery
from qapla.celery.broker.filesystem import use_atomic_writes
from qapla.celery.broker.probe import ask_broker, ask_workers
from qapla.celery.heartbeats import add_heartbeats
from qapla.celery.logs import apply_options
from qapla.celery.metrics import connect_metrics
from qapla.celery.request_ids import connect_request_ids
from qapla.celery.sessions import connect_scopes
from qapla.celery.settings.checks import check, check_together
from qapla.celery.settings.configuration import configuration, make_directories
from qapla.celery.settings.production import missing
from qapla.celery.task import Task
from qapla.celery.traces import connect_traces
from qapla.exceptions import QaplaError
from qapla.ops.heartbeat import Heartbeat
from qapla.ops.metrics.processes import share_files
from qapla.ops.metrics.wanted import wants_metrics
from qapla.ops.traces.wanted import wants_traces


class CeleryApplication(Application):
    """An application whose tasks run on `celery`; a mixin beside other applications.

    The Celery application of the first instance is the current one of its process.
    """

    _has_default: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._celery: ProjectCelery | None = None

    @property
    def celery(self) -> "Celery[Task]":
        """Return the Celery application, made at first use; its configuration is read later."""
        if self._celery is None:
            self._celery = ProjectCelery(
                self.package,
                task_cls=Task,
                set_as_current=False,
                variable=self.settings_loader.variable,
            )
            if not CeleryApplication._has_default:
                # For `@shared_task`, `AsyncResult(id)` and `current_app`, in every thread.
                self._celery.set_default()
                CeleryApplication._has_default = True
            use_atomic_writes(self._celery)
            connect_scopes()
            connect_request_ids()
            add_heartbeats(self._celery, self.heartbeat)
            self._celery.on_configure = _Configure(self._prepare_configuration)
            self._celery.add_defaults(self._configuration)
            # Strong, as the methods have no other owner than the signal.
            worker_init.connect(self._prepare_worker, weak=False)
            worker_process_init.connect(self._prepare_process, weak=False)
        return self._celery

    def add_celery(self) -> None:
        """Check the settings of Celery, and make it the current one; for `append_app_plugins`.

        Everything else waits until Celery asks for its configuration: nothing is made or connected.

        Raises:
            SettingsError: A setting of Celery cannot be right.
        """
        check(self.settings.celery, self.settings_loader.source, development=self._is_development)
        self.probes["broker"] = self.ask_broker
        if not self._is_development and self.purpose != TESTS:
            self.missing |= missing(self.settings.celery, self.settings_loader.variable)
        if self.settings.logging:
            # Celery sets up no logging of its own when somebody listens to this signal.
            setup_logging.connect(apply_options, dispatch_uid="qapla")
        if self._celery is None:
            # Made now, as it is Celery's current application for `AsyncResult(id)`.
            _ = self.celery
        elif self._celery.configured:
            # Somebody has read it before the tests have prepared the application.
            self._celery.renew(self._configuration())
        self._add_metrics_and_traces()

    def ask_broker(self, seconds: float) -> str:
        """Connect to the broker within some seconds; return its URL without the password."""
        return ask_broker(self.celery, seconds)

    def ask_workers(self, seconds: float) -> list[str]:
        """Return the names of the workers that answer within some seconds."""
        return ask_workers(self.celery, seconds)

    def heartbeat(self, kind: str) -> Heartbeat:
        """Return the heartbeat of this process.

        Args:
            kind: `worker`, `beat` or `relay`.
        """
        return Heartbeat(self.paths["heartbeats"], kind)

    def _add_metrics_and_traces(self) -> None:
        """Measure and trace tasks, where the settings ask for it.

        Raises:
            SettingsError: They do, and a package is missing.
        """
        if wants_metrics(self):
            if self.purpose == "worker":
                # Before prometheus-client is imported, and before the pool is forked.
                share_files()
            connect_metrics(self.celery, self)
        if wants_traces(self):
            # Imported here, as it imports OpenTelemetry.
            from qapla.ops.traces.provider import start_tracing

            start_tracing(self.package)
            connect_traces()

    @property
    def _is_development(self) -> bool:
        return self.settings.environment == "development"

    def _prepare_worker(self, sender: Any, **_: Any) -> None:
        # The signals are those of any worker, and a process may have several applications.
        if sender.app is self._celery:
            self.run_worker()

    def _prepare_process(self, **_: Any) -> None:
        # A proxy, which is equal to the application that it stands for.
        if current_app == self._celery:
            self.run_worker()

    @property
    def _celery_var(self) -> Path:
        """Return the directory of the development broker; tests have one of their own."""
        var = self.paths["var"]
        return var / self._queue if self.purpose == TESTS else var

    @property
    def _queue(self) -> str:
        """Return the default queue; a worker of development gets no task of a test."""
        queue = str(self.settings.celery.get("task_default_queue", self.package))
        if self.purpose != TESTS:
            return queue
        return f"{queue}_test{self.parallel_suffix}"

    def _prepare_configuration(self) -> None:
        """Prepare the application; an error ends a command of Celery with one line."""
        try:
            self._prepare("worker", provisional=True)
        except QaplaError as error:
            if _is_command():
                raise SystemExit(str(error)) from error
            raise

    def _configuration(self) -> dict[str, Any]:
        var = self._celery_var
        make_directories(var)
        # The results of tests in a shared broker expire soon.
        expires = {"result_expires": 600} if self.purpose == TESTS else {}
        configured = configuration(
            {**expires, **self.settings.celery},
            var=var,
            queue=self._queue,
            include=self._task_modules(),
        )
        check_together(configured, self.settings_loader.source)
        return configured

    def _task_modules(self) -> list[str]:
        """Return the modules of the project's package `tasks`."""
        # `current_app` may be asked for its configuration before a task was imported.
        package = importlib.import_module(f"{self.package}.tasks")
        found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        return [module.name for module in found if not module.ispkg]


class _Configure(Signal):
    """Celery's signal before its configuration is read; an error then ends the reading.

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
    """Whether a command of Celery is running, such as `worker` or `beat`."""
    # Imported here: whatever is not a command starts faster without them.
    import click
    from celery.bin.celery import celery

    context = click.get_current_context(silent=True)
    return context is not None and context.find_root().command is celery
