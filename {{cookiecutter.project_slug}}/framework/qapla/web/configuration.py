"""Make the web application outside of a server, for commands: a wrong configuration is one line."""

from typing import Any

from pyramid.exceptions import ConfigurationError, ConfigurationExecutionError

from qapla.app import Application
from qapla.exceptions import WebError


def configure_web(application: Application) -> Any:
    """Make the web application, and return its registry.

    Args:
        application: The application, whether it is prepared or not.

    Raises:
        WebError: Pyramid refuses the configuration; the text has the file and the line.
    """
    try:
        return application.run_wsgi({}).registry
    except ConfigurationError as error:
        raise WebError(f"the web application cannot be made: {_one_line(error)}") from error


def _one_line(error: ConfigurationError) -> str:
    """Return the text of an error, with the place of the wrong line where Pyramid names it."""
    if not isinstance(error, ConfigurationExecutionError):
        return " ".join(str(error).split())
    text = " ".join(str(error.evalue).split())
    file, line = getattr(error.info, "file", None), getattr(error.info, "line", None)
    return text if file is None else f"{text} ({file}, line {line})"
