"""Refuse a delay after which a broker would run a task several times.

A worker holds a delayed message unacknowledged until the task is due. Redis and SQS give a message that
is not acknowledged within the visibility timeout to another worker.
Source: Celery, "Using Redis: Visibility timeout", and "Using Amazon SQS: Visibility Timeout".
"""

from datetime import UTC, datetime
from typing import Any

from celery import Celery
from celery.utils.time import make_aware

from qapla.exceptions import DelayTooLong

# Seconds, as the transports of kombu have them.
_TIMEOUTS = {"redis": 3600, "rediss": 3600, "sentinel": 3600, "sqs": 1800}


def visibility_timeout(broker_url: object, options: Any) -> float | None:
    """Return the seconds after which a broker gives a message to another worker, or None.

    Args:
        broker_url: The setting of that name.
        options: The setting `broker_transport_options`.
    """
    first = broker_url[0] if isinstance(broker_url, list | tuple) and broker_url else broker_url
    default = _TIMEOUTS.get(str(first).partition("://")[0].lower())
    if default is None:
        return None
    return float((options or {}).get("visibility_timeout", default))


def refuse_long_delay(app: "Celery[Any]", task: str, countdown: Any, eta: Any) -> None:
    """Refuse to send a task whose delay is longer than the broker keeps its message.

    Args:
        app: The application that sends.
        task: The name of the task.
        countdown: Seconds, or None.
        eta: A time, also as text in ISO 8601, or None.

    Raises:
        DelayTooLong: The delay is too long.
    """
    if countdown is None and eta is None:
        return
    timeout = visibility_timeout(app.conf.broker_url, app.conf.broker_transport_options)
    delay = _seconds(app, countdown, eta)
    if timeout is None or delay <= timeout:
        return
    setting = "the setting celery.broker_transport_options.visibility_timeout"
    variable = getattr(app, "variable", None)
    if variable is not None:
        keys = ("celery", "broker_transport_options", "visibility_timeout")
        setting = f"the variable {variable(*keys)}"
    raise DelayTooLong(
        f"the task {task} is due in {delay:.0f} seconds, and the broker gives its message to another "
        f"worker after {timeout:.0f}: set {setting} to a longer time, or send it nearer to its time"
    )


def _seconds(app: "Celery[Any]", countdown: Any, eta: Any) -> float:
    if countdown is not None:
        return float(countdown)
    due: datetime = datetime.fromisoformat(eta) if isinstance(eta, str) else eta
    if due.tzinfo is None:
        due = make_aware(due, app.timezone)
    return (due - datetime.now(UTC)).total_seconds()
