"""Records of `logging` and events of structlog, as lines and as JSON."""

import io
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from qapla.logs.context import bound
from qapla.logs.fields import details
from qapla.logs.formatter import Formatter

Record = Callable[..., tuple[logging.Logger, io.StringIO]]


def parsed(output: io.StringIO) -> dict[str, Any]:
    """Return the one line of JSON, without its time."""
    fields: dict[str, Any] = json.loads(output.getvalue())
    assert fields.pop("timestamp").endswith("Z")
    return fields


def test_a_record_is_json(record: Record) -> None:
    """Its message is complete, and the user's own fields stand beside it."""
    logger, output = record("json")
    with bound(request_id="r"):
        logger.info("%s of %d", "one\nline", 2, extra={"ship": {"id": 1}, "odd": object})
    assert parsed(output) == {
        "level": "info",
        "logger": "project",
        "event": "one\nline of 2",
        "request_id": "r",
        "ship": {"id": 1},
        "odd": "<class 'object'>",
    }


def test_a_record_is_a_line(record: Record) -> None:
    """For a human: no value stands there twice."""
    logger, output = record("terminal")
    with bound(task_id="t"):
        logger.info("took %s", 1, extra={**details(seconds=1), "ship": "Rotarran"})
    line = output.getvalue().split(maxsplit=2)[2]
    assert line == "[info     ] took 1 [project] ship=Rotarran task_id=t\n"


@pytest.mark.parametrize("form", ["json", "terminal"])
def test_an_event_of_structlog_is_a_record(record: Record, events: None, form: str) -> None:
    """Names of attributes of records are fields like others; the level of the logger holds."""
    _, output = record(form)
    log = structlog.get_logger("project").bind(name="Rotarran")
    log.debug("hidden")
    log.info("built %s", "%d", msg="m")
    if form == "json":
        fields = {"event": "built %d", "name": "Rotarran", "msg": "m"}
        assert parsed(output) == {"level": "info", "logger": "project", **fields}
    else:
        assert output.getvalue().endswith("built %d [project] msg=m name=Rotarran\n")


def test_bound_values_are_fields(record: Record, events: None) -> None:
    """Values of structlog's context are on records of `logging` too; none hides one of ours."""
    logger, output = record("json")
    with structlog.contextvars.bound_contextvars(user="kahless", event="mine"):
        logger.info("sent")
    expected = {"event": "sent", "user": "kahless", "event_": "mine"}
    assert parsed(output) == {"level": "info", "logger": "project", **expected}


@pytest.mark.parametrize("form", ["json", "terminal"])
@pytest.mark.parametrize("name", ["logging", "structlog"])
def test_a_traceback_is_one_field(record: Record, events: None, form: str, name: str) -> None:
    """By either logger; a terminal has it in lines of its own, and without variables."""
    logger, output = record(form)
    log: Any = logger if name == "logging" else structlog.get_logger("project")
    password = "hidden"  # noqa: S105 (a variable that a traceback may show)
    try:
        raise RuntimeError("failed") from ValueError(len(password))
    except RuntimeError:
        log.exception("lost")
    shown = output.getvalue()
    traceback = parsed(output)["exception"] if form == "json" else shown.partition("\n")[2]
    assert traceback.startswith("ValueError: 6\n\nThe above exception")
    assert traceback.rstrip().endswith("RuntimeError: failed")
    assert '"hidden"' not in traceback.replace('password = "hidden"', "")


def test_both_ways_give_the_same_line(record: Record) -> None:
    """The JSON of a plain record is made without structlog's own copy of the record."""
    formatter = Formatter("json")
    try:
        raise ValueError("failed")
    except ValueError:
        exc_info = sys.exc_info()
    made = logging.LogRecord("project", 30, "", 1, "%s of %s\n", ("é", object), exc_info)
    made.__dict__.update(created=1764165410.0015, stack_info="Stack:\n  here", ship={1: 2})
    short = formatter.format(made)
    formatter._encode = None
    assert formatter.format(made) == short
    assert json.loads(short)["timestamp"] == "2025-11-26T13:56:50.001Z"


@pytest.mark.parametrize("form", ["json", "terminal"])
def test_an_error_among_the_arguments(record: Record, form: str) -> None:
    """Its values are hidden, as in a traceback."""
    logger, output = record(form)
    cause = Exception("Duplicate entry 'Ann' for key 'name'")
    logger.warning("lost: %s", IntegrityError("INSERT", {}, cause, hide_parameters=True))
    assert "lost: " in output.getvalue()
    assert "Ann" not in output.getvalue()


def test_a_record_of_structlog_alone(record: Record) -> None:
    """A project that has configured structlog by itself may end it with `wrap_for_formatter`."""
    logger, output = record("json")
    wrap: Any = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
    log: Any = structlog.wrap_logger(logger, processors=[wrap])
    log.info("launched")
    assert parsed(output)["event"] == "launched"


def test_the_arguments_of_tasks_are_no_fields() -> None:
    """Celery passes them with its lines."""
    record_of_celery = logging.LogRecord("celery.app.trace", 20, "", 1, "received", (), None)
    record_of_celery.data = {"args": "('secret',)"}
    assert "secret" not in Formatter("json").format(record_of_celery)


@pytest.mark.parametrize(("is_terminal", "start"), [(True, "\x1b["), (False, "{")])
def test_a_terminal_decides(monkeypatch: pytest.MonkeyPatch, is_terminal: bool, start: str) -> None:
    """Colours are for terminals alone, a forced form is not."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    made = logging.makeLogRecord({"msg": "x", "name": "n"})
    assert Formatter().format(made).startswith(start)
    assert Formatter("json").format(made).startswith("{")
    assert Formatter("terminal").format(made).startswith("\x1b[") is is_terminal
