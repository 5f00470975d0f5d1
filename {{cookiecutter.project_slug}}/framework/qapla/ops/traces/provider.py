"""The tracer provider of a process, by the variables of OpenTelemetry.

Source: OpenTelemetry, "OpenTelemetry Environment Variable Specification".
"""

import os
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from qapla.exceptions import SettingsError
from qapla.logs.context import TRACE_ID, add_source
from qapla.ops.traces.wanted import EXPORTER

_GROUP = "opentelemetry_traces_exporter"


def start_tracing(service: str) -> None:
    """Send the spans of this process and of those that it forks, in the background.

    A provider that the project or `opentelemetry-instrument` has set is left alone. The processor of
    OpenTelemetry begins anew in a forked process.

    Args:
        service: The name of the service, unless the variables of OpenTelemetry have one.

    Raises:
        SettingsError: OTEL_TRACES_EXPORTER names an exporter that is not installed.
    """
    add_source(_current_trace)
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    exporters = list(_exporters())
    has_name = "OTEL_SERVICE_NAME" in os.environ or SERVICE_NAME in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    resource = Resource.create({} if has_name else {SERVICE_NAME: service})
    provider = TracerProvider(resource=resource)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def flush() -> None:
    """Send the spans that wait, when a process ends without its exit functions."""
    provider: Any = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush()


def _exporters() -> list[SpanExporter]:
    named = os.environ.get(EXPORTER) or "otlp"
    names = [name.strip() for name in named.split(",")]
    return [_exporter(name) for name in names if name != "none"]


def _exporter(name: str) -> SpanExporter:
    installed = name
    if name == "otlp":
        protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get(
            "OTEL_EXPORTER_OTLP_PROTOCOL", ""
        )
        installed = "otlp_proto_grpc" if protocol == "grpc" else "otlp_proto_http"
    for found in entry_points(group=_GROUP, name=installed):
        exporter: SpanExporter = found.load()()
        return exporter
    raise SettingsError(
        f"the exporter of traces {installed!r} is not installed: type "
        f"`uv add opentelemetry-exporter-{installed.replace('_', '-')}`, or set {EXPORTER}"
    )


def _current_trace() -> Mapping[str, str]:
    context = trace.get_current_span().get_span_context()
    return {TRACE_ID: trace.format_trace_id(context.trace_id)} if context.is_valid else {}
