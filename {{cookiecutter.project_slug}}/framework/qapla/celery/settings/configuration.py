"""Celery's configuration: our defaults, each with its reason, and the setting `celery` over them.

Source of the names: Celery, "Configuration and defaults".
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# After this a task gets an exception, and a little later its process is killed: a task that hangs
# would keep its process, its connection and its message for ever. Both are below the time after
# which Redis (an hour) and RabbitMQ (half an hour) send an unacknowledged message again.
SOFT_TIME_LIMIT = 5 * 60
TIME_LIMIT = SOFT_TIME_LIMIT + 30

_AMQP = ("amqp:", "amqps:", "pyamqp:")
_REDIS = ("redis:", "rediss:", "sentinel:")

DEFAULTS: Mapping[str, Any] = {
    # Pickle would run code that a stranger has put into the broker.
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_serializer": "json",
    # A time without a zone would mean another one on each machine.
    "timezone": "UTC",
    "enable_utc": True,
    "task_soft_time_limit": SOFT_TIME_LIMIT,
    "task_time_limit": TIME_LIMIT,
    # A message is acknowledged when its task has ended: a worker that is killed loses none. It
    # needs tasks that may run twice, and a broker that keeps unacknowledged messages: Redis and
    # RabbitMQ do, and the development broker does not.
    "task_acks_late": True,
    # The same when the process of the task alone is killed, as by a lack of memory.
    "task_reject_on_worker_lost": True,
    # A process holds one message beside the one it works on: more would wait behind a long task
    # while other processes are idle.
    "worker_prefetch_multiplier": 1,
    # After a lost connection the broker gives the message to another worker: two would run it.
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    # A new process of the pool prepares the application; Celery's four seconds are few for that.
    "worker_proc_alive_timeout": 30.0,
    # A broker may be away for longer than Celery's hundred attempts.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # The settings of the application set logging up; printed lines are left alone.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    # A result that nobody fetched is dropped after a day.
    "result_expires": 24 * 60 * 60,
}


def configuration(
    settings: Mapping[str, Any], *, var: Path, queue: str, include: Iterable[str]
) -> dict[str, Any]:
    """Return the configuration of an application.

    Args:
        settings: The setting `celery`, which has the last word.
        var: The directory of the development broker, its results and the clock of beat.
        queue: The name of the default queue, of remote control and of events: projects that share
            a broker must not share these, or a `shutdown` of one stops the workers of the others.
        include: The modules of tasks.
    """
    # Celery warns about a URL without a host.
    broker_url = settings.get("broker_url") or "filesystem://localhost"
    configured = {
        **DEFAULTS,
        **_limits(settings),
        **_queues(settings, str(broker_url), queue),
        "result_backend": _results(broker_url, var),
        "control_exchange": queue,
        "event_exchange": f"{queue}.events",
        "include": list(include),
        "beat_schedule_filename": str(var / "celerybeat-schedule"),
        **settings,
        "broker_url": broker_url,
        "task_default_queue": queue,
    }
    if str(configured["result_backend"]).startswith("file:"):
        # A chord looks again and again whether its tasks are done; Celery's second is long.
        configured.setdefault("result_chord_retry_interval", 0.1)
    options = transport_options(str(configured["broker_url"]), var)
    given = configured.get("broker_transport_options") or {}
    configured["broker_transport_options"] = {**options, **given}
    return configured


def _limits(settings: Mapping[str, Any]) -> dict[str, float]:
    """Return the time limits where one of them is set, and the other one would not go with it."""
    soft, hard = settings.get("task_soft_time_limit"), settings.get("task_time_limit")
    limits: dict[str, float] = {}
    if hard and hard < TIME_LIMIT:
        limits["task_soft_time_limit"] = hard * SOFT_TIME_LIMIT / TIME_LIMIT
    if soft and soft > SOFT_TIME_LIMIT:
        limits["task_time_limit"] = soft + TIME_LIMIT - SOFT_TIME_LIMIT
    return limits


def _queues(settings: Mapping[str, Any], broker_url: str, queue: str) -> dict[str, str]:
    """Return the exchange of quorum queues: a topic exchange of its own name.

    By Celery's default, a direct exchange, a worker holds a delayed task until it is due, and takes
    no other task meanwhile.
    Source: Celery, "Using RabbitMQ: Native Delayed Delivery".
    """
    if settings.get("task_default_queue_type") != "quorum" or not broker_url.startswith(_AMQP):
        return {}
    return {
        "task_default_exchange": f"{queue}.topic",
        "task_default_exchange_type": "topic",
        "task_default_routing_key": queue,
    }


def _results(broker_url: Any, var: Path) -> str:
    """Return where results go: with a broker in the network, not to a file of one machine.

    Redis keeps results for any process. RabbitMQ has them for the process that has sent the task.
    Source: Celery, "Backends: RPC Result Backend (RabbitMQ/QPid)".
    """
    first = broker_url[0] if isinstance(broker_url, list | tuple) else str(broker_url)
    if first.startswith(_AMQP):
        return "rpc://"
    return first if first.startswith(_REDIS) else f"file://{var / 'results'}"


def transport_options(broker_url: str, var: Path) -> dict[str, Any]:
    """Return the options that a kind of broker needs."""
    if broker_url.startswith("filesystem:"):
        broker = var / "broker"
        return {
            # One directory for both ways: one process receives the messages of another.
            "data_folder_in": str(broker / "messages"),
            "data_folder_out": str(broker / "messages"),
            "control_folder": str(broker / "control"),
            # A look into a directory is cheap; a second is long to wait for a task.
            "polling_interval": 0.1,
        }
    if broker_url.startswith(_AMQP):
        # Without it RabbitMQ may lose a message, and the sender would not know.
        return {"confirm_publish": True}
    return {}


def make_directories(var: Path) -> None:
    """Make the directories of the development broker, which it needs before its first message."""
    for name in ("broker/messages", "broker/control", "results"):
        (var / name).mkdir(parents=True, exist_ok=True)
