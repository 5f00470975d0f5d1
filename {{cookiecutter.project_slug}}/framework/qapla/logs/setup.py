"""Set logging up: the handlers of the settings, and structlog over the standard library.

Source: structlog, "Standard Library Logging: Rendering Within structlog".
"""

import sys
from typing import Any

from qapla.exceptions import SettingsError
from qapla.logs.fields import event_fields


def configure_logging(logging_settings: dict[str, Any]) -> None:
    """Configure logging by the dict of the settings, and send events of structlog to it.

    Raises:
        SettingsError: The dict is wrong.
    """
    # Imported here, as a run of tests does without it.
    import logging.config

    try:
        logging.config.dictConfig(logging_settings)
    except (AttributeError, ImportError, TypeError, ValueError) as error:
        reason = error.__cause__ or error
        raise SettingsError(f"the setting logging is wrong: {reason}") from error
    # Warnings of Python are lines of the log, too, and no text between lines of JSON.
    logging.captureWarnings(True)
    send_events_to_logging()


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
