"""Whether a process measures itself."""

from collections.abc import Callable
from importlib.util import find_spec

from qapla.exceptions import SettingsError
from qapla.settings import Settings

PACKAGE = "prometheus_client"


def wants_metrics(settings: Settings, source: Callable[..., str], *, tests: bool) -> bool:
    """Whether the settings ask for metrics: by a port or a token, or in development by default.

    Args:
        settings: The settings of the application.
        source: The function that names a setting in messages, by its keys.
        tests: Whether the application is prepared for tests, which ask by a setting alone.

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
        return True
    return is_installed and settings.environment == "development" and not tests
