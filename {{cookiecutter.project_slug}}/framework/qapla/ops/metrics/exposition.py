"""The metrics as text, for Prometheus: as a response, or on a port."""

import logging
import os
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from qapla.ops.metrics.processes import VARIABLE, forget_ended_processes
from qapla.settings import MetricsSettings

logger = logging.getLogger(__name__)


def make_registry(collectors: Iterable[Collector]) -> CollectorRegistry:
    """Return the registry of this process, or of all that share files with it.

    Args:
        collectors: Collectors of metrics that are not of a process, such as those of an outbox.
    """
    registry = CollectorRegistry()
    # Those of the project's own are in there too.
    registry.register(_SharedFiles() if VARIABLE in os.environ else REGISTRY)
    for collector in collectors:
        registry.register(collector)
    return registry


def expose(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """Return the metrics and their content type.

    Args:
        registry: The registry.
        accept: The header `Accept` of the request.
    """
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def serve_metrics(settings: MetricsSettings, registry: CollectorRegistry) -> None:
    """Serve the metrics in a thread, on the port of the settings, if there is one.

    A port that cannot be had is an error in the log, and none of the work.
    """
    if settings.port is None:
        return
    try:
        server, _ = start_http_server(settings.port, settings.host, registry)
    except OSError as error:
        logger.error(
            "metrics cannot be served on %s:%d: %s", settings.host, settings.port, error.strerror
        )
        return
    logger.info("metrics are served on http://%s:%d/metrics", settings.host, settings.port)
    if hasattr(os, "register_at_fork"):
        # A child would keep the port when its parent is killed.
        os.register_at_fork(after_in_child=server.socket.close)


class _SharedFiles(Collector):
    """The metrics of all processes that share files, without the gauges of those that have ended."""

    def __init__(self) -> None:
        self._collector: Any = MultiProcessCollector(None)  # type: ignore[no-untyped-call]

    def collect(self) -> Iterator[Any]:
        """Yield the metrics."""
        forget_ended_processes()
        yield from self._collector.collect()
