"""Set logging up: the handlers of the settings, and structlog over the standard library.

Source: structlog, "Standard Library Logging: Rendering Within structlog".
"""

import re
import sys
from collections.abc import Callable
from typing import Any

from qapla.exceptions import SettingsError
from qapla.logs.fields import event_fields

# Others are ignored. Source: Python, "logging.config: Dictionary Schema Details".
_KEYS = (
    "version",
    "formatters",
    "filters",
    "handlers",
    "loggers",
    "root",
    "incremental",
    "disable_existing_loggers",
)
_PART = re.compile(r"Unable to configure (formatter|filter|handler|logger) '(.+)'")


def configure_logging(logging_settings: dict[str, Any], source: Callable[..., str]) -> None:
    """Configure logging by the dict of the settings, and send events of structlog to it.

    Args:
        logging_settings: The setting `logging`.
        source: The function that names a setting in a message, by its keys.

    Raises:
        SettingsError: The dict is wrong.
    """
    # Imported here, as a run of tests does without it.
    import logging.config

    for name in logging_settings:
        if name not in _KEYS:
            raise SettingsError(f"{source('logging', name)} is unknown; known: {', '.join(_KEYS)}")
    try:
        logging.config.dictConfig(logging_settings)
    except (AttributeError, ImportError, TypeError, ValueError) as error:
        reason = error.__cause__ or error
        where = source("logging", *_part(str(error)))
        raise SettingsError(f"{where} is wrong: {reason}") from error
    # Warnings of Python are lines of the log, too, and no text between lines of JSON.
    logging.captureWarnings(True)
    send_events_to_logging()


def _part(error: str) -> tuple[str, ...]:
    """Return the keys of the part that an error of `dictConfig` is about."""
    if error == "Unable to configure root logger":
        return ("root",)
    found = _PART.fullmatch(error)
    return (f"{found[1]}s", found[2]) if found else ()


def send_events_to_logging_if_used() -> None:
    """Send events of structlog to `logging` where a module of the project has imported it.

    For tests, which set no handlers up and start faster without it: `caplog` then has the events.
    """
    if "structlog" in sys.modules:
        send_events_to_logging()


def send_events_to_logging() -> None:
    """Send events of structlog to `logging`, unless the project has configured structlog itself."""
    import structlog

    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            _as_record,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _as_record(logger: object, name: str, event: Any) -> tuple[tuple[str], dict[str, Any]]:
    """Return the arguments of a method of `logging.Logger` for an event."""
    options = {
        key: event.pop(key) for key in ("exc_info", "stack_info", "stacklevel") if key in event
    }
    text = str(event.pop("event", ""))
    return (text,), {**options, "extra": event_fields(event)}
