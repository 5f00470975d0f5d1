"""Reasons against a value of a Celery setting, which a worker would find out late or never."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from numbers import Real
from typing import Any
from zoneinfo import ZoneInfo

from kombu import compression
from kombu.serialization import registry  # type: ignore[attr-defined]

_Reason = Callable[[Any], str | None]

# The environment is read as JSON: a text is then none of these, and `no` would be true.
_EXPECTED = {
    "bool": "type true or false",
    "int": "type a number",
    "float": "type a number",
    "dict": "type a JSON object",
    "list": "type a JSON list",
    "tuple": "type a JSON list",
    "string": "type a text",
}
# Settings that Celery calls texts, and that may be numbers.
_NUMBERS = (
    "cassandra_port",
    "task_default_delivery_mode",
    "task_default_priority",
    "task_default_rate_limit",
    "worker_redirect_stdouts_level",
)
_MAY_BE_NEGATIVE = ("result_cache_max", "task_default_priority")


def reason_by_type(name: str, kind: str, value: Any) -> str | None:
    """Return the reason against a value of another type than Celery documents, or None.

    Args:
        name: The name of the setting.
        kind: Its type, as `celery.app.defaults` has it.
        value: The value, which is not None.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    fits = {
        # SSL is on or off, or has options; numbers stand for both.
        "bool": isinstance(value, bool | Mapping) or value in (0, 1),
        "int": number,
        "float": number or isinstance(value, timedelta),
        # Queues may be a list of kombu's.
        "dict": isinstance(value, Mapping)
        or (name == "task_queues" and not isinstance(value, str)),
        "list": not isinstance(value, str | bool | Real),
        "tuple": not isinstance(value, bool | Real),
        "string": not isinstance(value, bool | Real | Mapping) or name in _NUMBERS,
    }.get(kind, True)
    if not fits:
        return _EXPECTED[kind]
    if number and kind in ("int", "float") and value < 0 and name not in _MAY_BE_NEGATIVE:
        return "expected a number that is not negative"
    return None


def _limit(value: Any) -> str | None:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or value <= 0:
        return "expected a number of seconds above 0, or null for no limit"
    return None


def _processes(value: Any) -> str | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return None if is_number and value > 0 else "expected a number of processes above 0"


def _zone(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError):
        return "there is no such time zone; type for example Europe/Paris"
    return None


def _serializer(value: Any) -> str | None:
    if isinstance(value, str) and value in registry.name_to_type:
        return None
    return f"expected one of {', '.join(sorted(registry.name_to_type))}"


def _content(value: Any) -> str | None:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return None
    known = {*registry.name_to_type, *registry.type_to_name}
    if all(item in known for item in value):
        return None
    return f"expected names out of {', '.join(sorted(registry.name_to_type))}"


def _compression(value: Any) -> str | None:
    try:
        compression.get_encoder(value)
    except (KeyError, TypeError):
        return f"expected one of {', '.join(sorted(compression.encoders()))}"
    return None


def _queue_type(value: Any) -> str | None:
    return None if value in ("classic", "quorum") else "expected classic or quorum"


def _broker(value: Any) -> str | None:
    urls = value if isinstance(value, list | tuple) else [value]
    if urls and all(isinstance(url, str) and url for url in urls):
        return None
    return "expected a URL such as redis://host or amqp://user:password@host"


REASONS: Mapping[str, _Reason] = {
    "accept_content": _content,
    "broker_url": _broker,
    "event_serializer": _serializer,
    "result_accept_content": _content,
    "result_compression": _compression,
    "result_serializer": _serializer,
    "task_compression": _compression,
    "task_default_queue_type": _queue_type,
    "task_serializer": _serializer,
    "task_soft_time_limit": _limit,
    "task_time_limit": _limit,
    "timezone": _zone,
    "worker_concurrency": _processes,
}
