"""Loggers whose records are formatted as a project's."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from qapla.logs.formatter import Formatter
from qapla.logs.setup import send_events_to_logging

Record = Callable[..., tuple[logging.Logger, io.StringIO]]


@pytest.fixture
def record() -> Iterator[Record]:
    """Return a maker of a logger and its output, in one of the two forms."""
    loggers = []

    def make(form: str) -> tuple[logging.Logger, io.StringIO]:
        output = io.StringIO()
        handler = logging.StreamHandler(output)
        handler.setFormatter(Formatter(form))
        logger = logging.getLogger("project")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        loggers.append((logger, handler))
        return logger, output

    yield make
    for logger, handler in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


@pytest.fixture
def events() -> Iterator[None]:
    """Send events of structlog to `logging`."""
    structlog.reset_defaults()
    send_events_to_logging()
    yield
    structlog.reset_defaults()
