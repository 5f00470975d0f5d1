"""Ask the broker, and the workers through it."""

from typing import Any

from celery import Celery

_REDIS = ("redis", "rediss", "sentinel")


def ask_broker(celery: "Celery[Any]", seconds: float) -> str:
    """Connect to the broker; return its URL without the password.

    Args:
        celery: The Celery application.
        seconds: The time after which the connection gives up.
    """
    options: dict[str, Any] = {}
    connection: Any = celery.connection_for_write(connect_timeout=seconds)
    with connection:
        if connection.transport_cls in _REDIS:
            options = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
            connection.transport_options = {**connection.transport_options, **options}
        # Without waiting between the two attempts.
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
        with connection.channel():
            # Without a role and a password kombu shows them too.
            return str(connection.as_uri()).replace("://:**@", "://")


def ask_workers(celery: "Celery[Any]", seconds: float) -> list[str]:
    """Return the names of the workers that answer within some seconds.

    Args:
        celery: The Celery application.
        seconds: The time in which workers answer.
    """
    answers = celery.control.ping(timeout=seconds) or []
    return sorted(name for answer in answers for name in answer)
