"""The instruments of engines: whatever the settings ask for, of metrics and traces.

Imports are inside of the functions, as each instrument needs an extra.
"""

from collections.abc import Iterator

from qapla.database.places.target import Instrument


def instruments(package: str, *, metrics: bool, traces: bool) -> Iterator[Instrument]:
    """Yield the functions that measure and trace an engine.

    Args:
        package: The package of the project, which names the service in traces.
        metrics: Whether the process measures itself.
        traces: Whether the process sends traces.
    """
    if metrics:
        from qapla.ops.metrics.engines import measure_engine

        yield measure_engine
    if traces:
        from qapla.ops.traces.engines import trace_engine
        from qapla.ops.traces.provider import start_tracing

        start_tracing(package)
        yield trace_engine
