"""Formatter of log records, for `logging.config.dictConfig`: lines for a terminal, JSON otherwise.

Source: structlog, "Standard Library Logging: Rendering Using structlog-based Formatters".
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from structlog.contextvars import get_contextvars
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, format_exc_info
from structlog.stdlib import ProcessorFormatter

from qapla.logs.context import current
from qapla.logs.fields import details_of, fields_of
from qapla.logs.values import hide_values

_FORMS = ("auto", "terminal", "json")
# On a record of structlog's `wrap_for_formatter`, where the project has configured structlog itself.
_WRAPPED = "_logger"

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
        self._encode: Callable[[Any], str] | None = None
        if form == "terminal" or (form == "auto" and is_terminal):
            # The formatter of tracebacks that shows no variables.
            renderer = ConsoleRenderer(
                colors=is_terminal, exception_formatter=plain_traceback, pad_event_to=0
            )
            processors += [_terminal_line, renderer]
        else:
            self._encode = json.JSONEncoder(default=repr).encode
            processors += [_json_line, JSONRenderer(serializer=json.dumps, default=repr)]
        super().__init__(processors=processors, pass_foreign_args=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        if self._encode is None or hasattr(record, _WRAPPED):
            return super().format(record)
        # The same processors without structlog's second record, which took longer than the rest.
        event: Event = {"event": record.getMessage(), "_record": record}
        if record.exc_info or record.stack_info:
            event.update(exc_info=record.exc_info, stack_info=record.stack_info)
        event["positional_args"] = record.args
        return self._encode(_json_line(None, "", _hide_values(None, "", event)))


def _hide_values(logger: object, name: str, event: Event) -> Event:
    """Render the traceback, and hide the values that errors of databases quote."""
    arguments = event.pop("positional_args", None) or ()
    # The first half is for speed: the second one asks an abstract class.
    if not isinstance(arguments, tuple) and isinstance(arguments, Mapping):
        arguments = tuple(arguments.values())
    errors = [found for found in arguments if isinstance(found, BaseException)]
    if event.get("exc_info"):
        _, error, _ = event["exc_info"]
        errors += [] if error is None else [error]
        event = format_exc_info(logger, name, dict(event))
    for key in ("event", "exception"):
        if errors and key in event:
            event[key] = hide_values(event[key], errors)
    return event


def _terminal_line(logger: object, name: str, event: Event) -> Event:
    created = datetime.fromtimestamp(event["_record"].created).astimezone()
    return _line(event, created.strftime("%Y-%m-%d %H:%M:%S"), {})


def _json_line(logger: object, name: str, event: Event) -> Event:
    second, fraction = divmod(event["_record"].created, 1)
    text = f"{_utc(second)}.{int(fraction * 1000):03}Z"
    return _line(event, text, details_of(event["_record"]))


@lru_cache(maxsize=2)
def _utc(second: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


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
    for more in (get_contextvars(), fields_of(record)):
        for key, value in more.items():
            line[f"{key}_" if key in line else key] = value
    if event.get("stack_info"):
        line["stack"] = event["stack_info"]
    if "exception" in event:
        line["exception"] = event["exception"]
    return line
