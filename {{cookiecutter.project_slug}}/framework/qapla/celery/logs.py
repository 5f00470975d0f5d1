"""The logging of a worker: the handlers of the settings, and the options of the command line."""

import logging
from logging.handlers import WatchedFileHandler
from typing import Any


def apply_options(
    loglevel: int | None = None, logfile: str | None = None, format: str | None = None, **_: Any
) -> None:
    """Apply `--loglevel` and `--logfile`, where they are given, to the logging of the settings.

    A listener of Celery's signal `setup_logging`, without which Celery would replace the handlers.
    Source: Celery, "Signals: setup_logging".
    """
    root = logging.getLogger()
    if loglevel is not None and _is_given("loglevel"):
        root.setLevel(loglevel)
    if logfile and _is_given("logfile"):
        handler = WatchedFileHandler(logfile, encoding="utf-8")
        handler.setFormatter(logging.Formatter(format))
        root.addHandler(handler)


def _is_given(option: str) -> bool:
    """Whether an option stands on the command line, and is not the default of the command."""
    # Imported here: it is of commands alone.
    import click
    from click.core import ParameterSource

    context = click.get_current_context(silent=True)
    if context is None:
        return False
    return context.get_parameter_source(option) not in (None, ParameterSource.DEFAULT)
