"""The id of a request goes with the tasks that it sends, and into the log of their runs.

Source: Celery, "Signals: before_task_publish", "task_prerun" and "task_postrun".
"""

import sys
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from qapla.logs.context import REQUEST_ID, TASK_ID, bind, request_id, reset
from qapla.ops.traces.carrier import carried_trace

_TOKEN = "qapla_log_context"  # noqa: S105 (the name of an attribute)
_BOUND = "qapla_structlog"


def connect_request_ids() -> None:
    """Connect to the signals of tasks, once in a process."""
    before_task_publish.connect(_add_header, weak=False, dispatch_uid="qapla.add_request_id")
    task_prerun.connect(_begin, weak=False, dispatch_uid="qapla.begin_log_context")
    task_postrun.connect(_end, weak=False, dispatch_uid="qapla.end_log_context")


def headers_with_id(headers: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the headers of a message that is sent later, maybe by another process.

    They have the id of the request, and its trace.
    """
    current = request_id()
    carried = {} if current is None else {REQUEST_ID: current}
    carried |= carried_trace()
    return {**carried, **(headers or {})} if carried else headers


def _add_header(headers: dict[str, Any], **_: Any) -> None:
    current = request_id()
    if current is not None:
        headers.setdefault(REQUEST_ID, current)


def _begin(task: Any, task_id: str, **_: Any) -> None:
    # An eager run has no message, and works for the request of its caller.
    found = getattr(task.request, REQUEST_ID, None)
    values = {REQUEST_ID: found} if isinstance(found, str) else {}
    setattr(task.request, _TOKEN, bind(**values, **{TASK_ID: task_id}))
    if "structlog" in sys.modules:
        from structlog.contextvars import clear_contextvars, get_contextvars

        setattr(task.request, _BOUND, get_contextvars())
        clear_contextvars()


def _end(task: Any, **_: Any) -> None:
    attributes = task.request.__dict__
    token = attributes.pop(_TOKEN, None)
    if token is not None:
        reset(token)
    bound = attributes.pop(_BOUND, None)
    if bound is not None:
        from structlog.contextvars import bind_contextvars, clear_contextvars

        clear_contextvars()
        bind_contextvars(**bound)
