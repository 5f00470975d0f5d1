"""Formatter of log records, for `logging.config.dictConfig`: lines for a terminal, JSON otherwise.

Source: structlog, "Standard Library Logging: Rendering Using structlog-based Formatters".
"""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from structlog.contextvars import get_contextvars
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, format_exc_info
from structlog.stdlib import ProcessorFormatter

from qapla.logs.context import current
from qapla.logs.fields import details_of, fields_of
from qapla.logs.values import hide_values

_FORMS = ("auto", "terminal", "json")

Event = MutableMapping[str, Any]


class Formatter(ProcessorFormatter):
    """Format the records of `logging` and the events of structlog alike.

    Args:
        form: `terminal`, `json`, or `auto` for the first where stderr is a terminal.

    Raises:
        ValueError: The form is unknown.
    """

    def __init__(self, form: str = "auto") -> None:
        if form not in _FORMS:
            raise ValueError(f"the form {form!r} is none of {', '.join(_FORMS)}")
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        processors: list[Any] = [_hide_values]
        if form == "terminal" or (form == "auto" and is_terminal):
            # The formatter of tracebacks that shows no variables.
            renderer = ConsoleRenderer(
                colors=is_terminal, exception_formatter=plain_traceback, pad_event_to=0
            )
            processors += [_terminal_line, renderer]
        else:
            processors += [_json_line, JSONRenderer(serializer=json.dumps, default=repr)]
        super().__init__(processors=processors, pass_foreign_args=True)


def _hide_values(logger: object, name: str, event: Event) -> Event:
    """Render the traceback, and hide the values that errors of databases quote."""
    arguments = event.pop("positional_args", None) or ()
    if isinstance(arguments, Mapping):
        arguments = tuple(arguments.values())
    _, error, _ = event.get("exc_info") or (None, None, None)
    errors = [found for found in (error, *arguments) if isinstance(found, BaseException)]
    event = format_exc_info(logger, name, dict(event))
    for key in ("event", "exception"):
        if errors and key in event:
            event[key] = hide_values(event[key], errors)
    return event


def _terminal_line(logger: object, name: str, event: Event) -> Event:
    created = datetime.fromtimestamp(event["_record"].created).astimezone()
    return _line(event, created.strftime("%Y-%m-%d %H:%M:%S"), {})


def _json_line(logger: object, name: str, event: Event) -> Event:
    created = datetime.fromtimestamp(event["_record"].created, UTC)
    text = created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _line(event, text, details_of(event["_record"]))


def _line(event: Event, timestamp: str, details: Mapping[str, Any]) -> Event:
    """Return the fields of a line in their order; a field of the user's hides none of ours."""
    record: logging.LogRecord = event["_record"]
    line: dict[str, Any] = {
        "timestamp": timestamp,
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event["event"].rstrip("\n"),
        **current(),
        **details,
    }
    for key, value in {**get_contextvars(), **fields_of(record)}.items():
        line[f"{key}_" if key in line else key] = value
    if "stack_info" in event:
        line["stack"] = event["stack_info"]
    if "exception" in event:
        line["exception"] = event["exception"]
    return line
