"""The instruments of engines: whatever the settings ask for, of metrics and traces.

Imports are inside of the functions, as each instrument needs an extra.
"""

from collections.abc import Iterator

from qapla.app import Application
from qapla.database.places.target import Instrument
from qapla.ops.metrics.wanted import wants_metrics
from qapla.ops.traces.wanted import wants_traces


def instruments(application: Application) -> Iterator[Instrument]:
    """Yield the functions that measure and trace an engine.

    Args:
        application: The application, whose package names the service in traces.

    Raises:
        SettingsError: The settings ask for one, and a package is missing.
    """
    if wants_metrics(application):
        from qapla.ops.metrics.engines import measure_engine

        yield measure_engine
    if wants_traces(application):
        from qapla.ops.traces.engines import trace_engine
        from qapla.ops.traces.provider import start_tracing

        start_tracing(application.package)
        yield trace_engine
