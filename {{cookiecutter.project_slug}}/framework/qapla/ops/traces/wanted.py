"""Whether a process sends traces."""

import os
from collections.abc import Callable
from importlib.util import find_spec

from qapla.exceptions import SettingsError
from qapla.settings import Settings

# Source: OpenTelemetry, "OpenTelemetry Environment Variable Specification".
DISABLED = "OTEL_SDK_DISABLED"
EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def wants_traces(settings: Settings, source: Callable[..., str], *, tests: bool) -> bool:
    """Whether the setting or the variables of OpenTelemetry ask for traces.

    Args:
        settings: The settings of the application.
        source: The function that names a setting in messages, by its keys.
        tests: Whether the application is prepared for tests, which ask by the setting alone.

    Raises:
        SettingsError: The setting asks, and the packages are missing.
    """
    if settings.traces is False or os.environ.get(DISABLED, "").lower() == "true":
        return False
    if settings.traces:
        if not _is_installed():
            raise SettingsError(
                f"{source('traces')} asks for traces, and OpenTelemetry is not installed: "
                "type `uv sync --extra traces`"
            )
        return True
    named = os.environ.get(EXPORTER) or any(map(os.environ.get, _ENDPOINTS))
    # The variables may be those of a whole cluster.
    return bool(named) and named != "none" and not tests and _is_installed()


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.instrumentation.celery") is not None
    except ModuleNotFoundError:
        return False
