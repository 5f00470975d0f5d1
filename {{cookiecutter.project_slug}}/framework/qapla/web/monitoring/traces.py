"""Traces of requests, by the instrumentation of Pyramid.

Source: OpenTelemetry, "OpenTelemetry Pyramid Instrumentation".
"""

import os
from collections.abc import Callable
from typing import Any

from pyramid.tweens import EXCVIEW

from qapla.logs.context import TRACE_ID, bind, current

_OFFICIAL = "opentelemetry.instrumentation.pyramid.trace_tween_factory"
# Probes ask every few seconds.
_EXCLUDED = "/health/(live|ready)$"
_VARIABLES = ("OTEL_PYTHON_PYRAMID_EXCLUDED_URLS", "OTEL_PYTHON_EXCLUDED_URLS")


def add_traces(config: Any, metrics: str) -> None:
    """Trace the requests, without probes and the scrapes of metrics.

    Args:
        config: Pyramid's configurator.
        metrics: The path of the metrics.
    """
    if not any(map(os.environ.get, _VARIABLES)):
        # The instrumentation reads it when it is imported.
        os.environ[_VARIABLES[0]] = f"{_EXCLUDED},{metrics}$"
    from opentelemetry.instrumentation.pyramid import PyramidInstrumentor

    PyramidInstrumentor.instrument_config(config)  # type: ignore[no-untyped-call]
    config.add_tween(f"{__name__}.trace_id_tween", under=_OFFICIAL, over=EXCVIEW)


def trace_id_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Return a handler that keeps the id of the trace for the line of the access log."""

    def keep_trace_id(request: Any) -> Any:
        try:
            return handler(request)
        finally:
            # The span ends before the response does.
            trace_id = current().get(TRACE_ID)
            if trace_id is not None:
                bind(**{TRACE_ID: trace_id})

    return keep_trace_id
