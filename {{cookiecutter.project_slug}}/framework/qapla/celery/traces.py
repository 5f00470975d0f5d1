"""Traces of tasks, by the instrumentation of Celery.

Source: OpenTelemetry, "OpenTelemetry Celery Instrumentation".
"""

from typing import Any

from celery.signals import worker_process_shutdown


def connect_traces() -> None:
    """Trace the tasks that are sent and run, once in a process."""
    # Imported here, as the packages are an extra.
    from opentelemetry.instrumentation.celery import CeleryInstrumentor

    instrumentor = CeleryInstrumentor()  # type: ignore[no-untyped-call]
    if not instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.instrument()
    worker_process_shutdown.connect(_flush, weak=False, dispatch_uid="qapla.flush_traces")


def _flush(**_: Any) -> None:
    from qapla.ops.traces.provider import flush

    flush()
