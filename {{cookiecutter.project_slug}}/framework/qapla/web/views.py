"""The options that views have beside Pyramid's own: `body`, `query`, `returns`, `status`, `attempts`.

The first three are pydantic models and filters, which the OpenAPI document takes from here.
Source: Pyramid, "View Derivers".
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from pyramid.exceptions import ConfigurationError

from qapla.database.dialects.errors import is_conflict
from qapla.web.attempts import Attempt

logger = logging.getLogger(__name__)

View = Callable[[Any, Any], Any]
DOCUMENTED = ("body", "query", "returns")


def includeme(config: Any) -> None:
    """Add the options.

    Args:
        config: Pyramid's configurator.
    """
    config.add_view_deriver(_documented, name="qapla.documented")
    config.add_view_deriver(_repeated, name="qapla.attempts")
    # Each attempt has a response of its own.
    config.add_view_deriver(
        _with_status, name="qapla.status", under="qapla.attempts", over="rendered_view"
    )


def _documented(view: View, info: Any) -> View:
    return view


def _with_status(view: View, info: Any) -> View:
    """Set the status of the response that a view's result is rendered to."""
    status = info.options.get("status")
    if status is None:
        return view

    @wraps(view)
    def with_status(context: Any, request: Any) -> Any:
        request.response.status_int = status
        return view(context, request)

    return with_status


def _repeated(view: View, info: Any) -> View:
    """Run a view again after a deadlock or a serialization failure, with new sessions.

    Raises:
        ConfigurationError: The number of attempts is not positive.
    """
    attempts = info.options.get("attempts", 1)
    if not isinstance(attempts, int) or attempts < 1:
        raise ConfigurationError(f"attempts of a view are 1 or more, not {attempts!r}")
    if attempts == 1:
        return view

    @wraps(view)
    def repeated(context: Any, request: Any) -> Any:
        for number in range(1, attempts):
            attempt = Attempt(request)
            try:
                return view(context, request)
            except Exception as error:
                if not is_conflict(error) or not attempt.take_back():
                    raise
                logger.info(
                    "%s %s runs again, attempt %s of %s: %s",
                    request.method,
                    request.path,
                    number + 1,
                    attempts,
                    error,
                )
        return view(context, request)

    return repeated


_documented.options = DOCUMENTED  # type: ignore[attr-defined]
_with_status.options = ("status",)  # type: ignore[attr-defined]
_repeated.options = ("attempts",)  # type: ignore[attr-defined]
