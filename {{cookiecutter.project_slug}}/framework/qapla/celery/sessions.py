"""The run of a task begins without the open sessions of its caller, in an eager run too.

A task that is called as a function is no run, and joins the session of its caller.
Source: Celery, "Signals: task_prerun" and "task_postrun".
"""

from typing import Any

from celery.signals import task_postrun, task_prerun

from qapla.database.decorators import begin_scope, end_scope

_TOKEN = "qapla_scope"  # noqa: S105 (the name of an attribute)


def connect_scopes() -> None:
    """Connect to the signals of the runs of tasks, once in a process."""
    task_prerun.connect(_begin, weak=False, dispatch_uid="qapla.begin_scope")
    task_postrun.connect(_end, weak=False, dispatch_uid="qapla.end_scope")


def _begin(task: Any, **_: Any) -> None:
    setattr(task.request, _TOKEN, begin_scope())


def _end(task: Any, **_: Any) -> None:
    token = task.request.__dict__.pop(_TOKEN, None)
    if token is not None:
        end_scope(token)
