"""Whether a process measures itself."""

from collections.abc import Callable
from importlib.util import find_spec

from qapla.exceptions import SettingsError
from qapla.settings import Settings

PACKAGE = "prometheus_client"


def wants_metrics(settings: Settings, source: Callable[..., str], purpose: str | None) -> bool:
    """Whether a process measures itself: for a port or a token, and in development by default.

    Args:
        settings: The settings of the application.
        source: The function that names a setting in messages, by its keys.
        purpose: The purpose of the application. Tests ask by a setting alone, and workers by a port,
            as they show their metrics nowhere else.

    Raises:
        SettingsError: They ask, and the package is missing.
    """
    metrics = settings.metrics
    is_installed = find_spec(PACKAGE) is not None
    for name in ("port", "token"):
        if getattr(metrics, name) is None:
            continue
        if not is_installed:
            raise SettingsError(
                f"{source('metrics', name)} asks for metrics, and prometheus-client is not "
                "installed: type `uv sync --extra metrics`"
            )
        if name == "port" or purpose != "worker":
            return True
    in_development = settings.environment == "development" and purpose not in ("tests", "worker")
    return is_installed and in_development
