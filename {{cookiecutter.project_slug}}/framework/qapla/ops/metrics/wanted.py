"""Whether a process measures itself."""

from collections.abc import Mapping
from importlib.util import find_spec

from qapla.app import TESTS, Application
from qapla.exceptions import SettingsError

PACKAGE = "prometheus_client"
# The settings by which a process shows its metrics, where these are not both.
_NEEDED: Mapping[str | None, set[str]] = {"wsgi": {"token"}, "worker": {"port"}}


def wants_metrics(application: Application) -> bool:
    """Whether a process measures itself: for a port or a token, and in development by default.

    Args:
        application: The application, for its purpose: the web shows its metrics for a token, and a worker
            on a port; the others may do both. Tests ask by a setting alone.

    Raises:
        SettingsError: They ask, and the package is missing.
    """
    settings, purpose = application.settings, application.purpose
    metrics = settings.metrics
    is_installed = find_spec(PACKAGE) is not None
    given = [name for name in ("port", "token") if getattr(metrics, name) is not None]
    if given and not is_installed:
        raise SettingsError(
            f"{application.settings_loader.source('metrics', given[0])} asks for metrics, and prometheus-client is not "
            "installed: type `uv sync --inexact --extra metrics`"
        )
    if not _NEEDED.get(purpose, {"port", "token"}).isdisjoint(given):
        return True
    in_development = settings.environment == "development" and purpose not in (TESTS, "worker")
    return is_installed and in_development
