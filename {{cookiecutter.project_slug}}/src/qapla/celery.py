"""Celery for an application: configured from its settings when Celery first asks.

Importing a module of tasks prepares nothing; a worker prepares the application once per process.
"""

import pkgutil
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

from qapla.app import Application


class CeleryApplication(Application):
    """An application whose tasks run on `celery`; a mixin beside other applications."""

    def __init__(self) -> None:
        super().__init__()
        self._celery: Celery | None = None

    @property
    def celery(self) -> Celery:
        """Return the Celery application, made at first use; its configuration is read later."""
        if self._celery is None:
            self._celery = Celery(self.package, set_as_current=False)
            self._celery.add_defaults(self._configuration)
            # Strong, as the methods have no other owner than the signal.
            worker_init.connect(self._prepare_worker, weak=False)
            worker_process_init.connect(self._prepare_worker, weak=False)
        return self._celery

    def add_celery(self) -> None:
        """Make the directories of the development broker; for `append_app_plugins`."""
        for directory in self._broker_directories().values():
            Path(directory).mkdir(parents=True, exist_ok=True)
        (self.paths["var"] / "results").mkdir(parents=True, exist_ok=True)

    def _prepare_worker(self, **_: Any) -> None:
        self.run_worker()

    def _broker_directories(self) -> dict[str, str]:
        broker = self.paths["var"] / "broker"
        return {
            # One directory for both ways: what one process sends, another receives.
            "data_folder_in": str(broker / "messages"),
            "data_folder_out": str(broker / "messages"),
            "control_folder": str(broker / "control"),
        }

    def _configuration(self) -> dict[str, Any]:
        """Return Celery's configuration: our defaults, and the setting `celery` over them."""
        self.run_worker()
        defaults: dict[str, Any] = {
            "broker_url": "filesystem://",
            "result_backend": f"file://{self.paths['var'] / 'results'}",
            "include": list(self._task_modules()),
            # Pickle would run what a stranger has put into the broker.
            "accept_content": ["json"],
            "task_serializer": "json",
            "result_serializer": "json",
            "timezone": "UTC",
            # The settings of the application have set up logging already.
            "worker_hijack_root_logger": False,
            # The next release of Celery asks for an answer: keep trying at start, as it did.
            "broker_connection_retry_on_startup": True,
        }
        configured = {**defaults, **self.settings.celery}
        if configured["broker_url"].startswith("filesystem:"):
            configured.setdefault("broker_transport_options", self._broker_directories())
        return configured

    def _task_modules(self) -> list[str]:
        """Return the modules of the project's package `tasks`."""
        package = sys.modules[f"{self.package}.tasks"]
        found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        return [module.name for module in found]
