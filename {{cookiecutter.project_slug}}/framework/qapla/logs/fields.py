"""Fields of log records: attributes of `logging.LogRecord`, which every handler passes on."""

import logging
from collections.abc import Mapping
from typing import Any

# Values that the message has already: JSON shows them, a terminal does not.
_DETAILS = "qapla_details"
# Values of an event of structlog, under one name, as `extra` refuses many others, such as `name`.
_EVENT = "qapla_event"
_STANDARD = frozenset(
    [*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", _DETAILS, _EVENT]
)


def details(**values: Any) -> dict[str, Any]:
    """Return the `extra` of a record whose message has these values in words."""
    return {_DETAILS: values}


def add_details(record: logging.LogRecord, **values: Any) -> None:
    """Add to a record the values that its message has in words."""
    setattr(record, _DETAILS, values)


def event_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `extra` of a record that was an event of structlog."""
    return {_EVENT: dict(values)}


def details_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the values that the message of a record has already."""
    found: dict[str, Any] = getattr(record, _DETAILS, {})
    return found


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of a record that its message has not: the user's own `extra`."""
    if vars(record).keys() <= _STANDARD and _EVENT not in vars(record):
        return {}
    fields: dict[str, Any] = {
        name: value for name, value in vars(record).items() if name not in _STANDARD
    }
    if record.name.startswith("celery."):
        # The arguments of a task.
        fields.pop("data", None)
    return {**fields, **getattr(record, _EVENT, {})}
