"""Whether a process sends traces."""

import os
from importlib.util import find_spec

from qapla.app import TESTS, Application
from qapla.exceptions import SettingsError

# Source: OpenTelemetry, "OpenTelemetry Environment Variable Specification".
DISABLED = "OTEL_SDK_DISABLED"
EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def wants_traces(application: Application) -> bool:
    """Whether the setting or the variables of OpenTelemetry ask for traces.

    Args:
        application: The application. Tests ask by the setting alone.

    Raises:
        SettingsError: The setting asks, and the packages are missing.
    """
    settings = application.settings
    if settings.traces is False or os.environ.get(DISABLED, "").lower() == "true":
        return False
    if settings.traces:
        if not _is_installed():
            raise SettingsError(
                f"{application.settings_loader.source('traces')} asks for traces, and OpenTelemetry is not installed: "
                "type `uv sync --inexact --extra traces`"
            )
        return True
    named = os.environ.get(EXPORTER) or any(map(os.environ.get, _ENDPOINTS))
    # The variables may be those of a whole cluster.
    return bool(named) and named != "none" and application.purpose != TESTS and _is_installed()


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.instrumentation.celery") is not None
    except ModuleNotFoundError:
        return False
