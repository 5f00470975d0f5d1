"""The metrics of tasks, and the port of a worker, beat or a relay.

Source: Celery, "Signals".
"""

import time
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    task_failure,
    task_postrun,
    task_prerun,
    task_revoked,
    worker_process_shutdown,
    worker_ready,
)

from qapla.database.application import DatabaseApplication
from qapla.ops.metrics.processes import forget_process

_STARTED = "qapla_measured"


def connect_metrics(celery: "Celery[Any]", application: Any) -> None:
    """Measure the runs of tasks, and serve the metrics of a worker and of beat.

    Args:
        celery: The Celery application.
        application: The application that it belongs to.
    """
    task_prerun.connect(_begin, weak=False, dispatch_uid="qapla.begin_metrics")
    task_postrun.connect(_end, weak=False, dispatch_uid="qapla.end_metrics")
    task_failure.connect(_note_killed, weak=False, dispatch_uid="qapla.note_killed")
    task_revoked.connect(_note_revoked, weak=False, dispatch_uid="qapla.note_revoked")
    worker_process_shutdown.connect(_end_process, weak=False, dispatch_uid="qapla.end_process")

    def serve(sender: Any, **_: Any) -> None:
        if sender.app is celery and application.settings.metrics.port is not None:
            serve_metrics_of(application)

    worker_ready.connect(serve, weak=False)
    beat_init.connect(serve, weak=False)


def serve_metrics_of(application: Any) -> None:
    """Serve the metrics of this process on the port of the settings.

    Args:
        application: The application, which is prepared.
    """
    # Imported here, as prometheus-client takes a tenth of a second and is an extra.
    from qapla.ops.metrics.exposition import make_registry, serve_metrics
    from qapla.ops.metrics.outboxes import OutboxLag

    collectors = []
    if isinstance(application, DatabaseApplication):
        collectors.append(OutboxLag(application.dbs, application.settings.health_timeout))
    serve_metrics(application.settings.metrics, make_registry(collectors))


def _begin(task: Any, **_: Any) -> None:
    setattr(task.request, _STARTED, time.perf_counter())


def _end(task: Any, state: str | None = None, **_: Any) -> None:
    started = task.request.__dict__.get(_STARTED)
    if started is None:
        return
    from qapla.ops.metrics.definitions import TASK_SECONDS

    TASK_SECONDS.labels(task.name).observe(time.perf_counter() - started)
    # Celery has no state for a run that was rejected or ignored without one.
    _count(task.name, (state or "unknown").lower())


def _note_killed(sender: Any, **_: Any) -> None:
    """Count a run whose process was killed: the worker itself fails it."""
    if _STARTED not in sender.request.__dict__:
        _count(sender.name, "failure")


def _note_revoked(sender: Any, **_: Any) -> None:
    _count(sender.name, "revoked")


def _end_process(pid: int, **_: Any) -> None:
    forget_process(pid)


def _count(task: str, state: str) -> None:
    from qapla.ops.metrics.definitions import TASKS

    TASKS.labels(task, state).inc()
