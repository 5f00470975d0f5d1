"""Print, as JSON, the spans of a request and its tasks, and the lines of the log with a trace.

The view sends one task at its commit, one through the outbox, and one that is retried; the relay and a
worker run here too.
"""

import io
import json
import logging
import os
import time
from typing import Any

from celery.contrib.testing.worker import start_worker
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from webtest import TestApp

from qapla.celery.outbox.relay import Relay
from qapla.logs.formatter import Formatter

from qapla_sample import main
from qapla_sample.databases.main.outbox import Outbox
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver
from qapla_sample.tasks import ships
from qapla_sample.tasks.worker import app

RUNS = 4
logger = logging.getLogger("project")


def send(request: Any) -> str:
    """Write, send the tasks, and log it."""
    with ShipWriteDriver(request.main).transaction():
        ShipWriteDriver(request.main).create(name="secret")
        ships.count_ships.delay_on_commit(request.main)
        Outbox(request.main).send(ships.count_ships.s())
    ships.log_context.delay(1)
    logger.info("sent")
    return "sent"


def add_view(config: Any) -> None:
    """Add the view."""
    config.add_route("send", r"/send/{id:\d+}")
    config.add_view(send, route_name="send", renderer="json")


def spans_of(exporter: InMemorySpanExporter) -> list[dict[str, Any]]:
    """Return the finished spans, each with the names of those that it is in, the outermost first."""
    found = {span.context.span_id: span for span in exporter.get_finished_spans() if span.context}

    def names(span: Any) -> list[str]:
        parent = found.get(span.parent.span_id) if span.parent else None
        return [*(names(parent) if parent else []), span.name]

    return [
        {
            "names": names(span),
            "trace": trace.format_trace_id(span.context.trace_id),
            "attributes": dict(span.attributes or {}),
            "status": span.status.status_code.name,
        }
        for span in found.values()
    ]


if __name__ == "__main__":
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(Formatter("json"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    append_web_plugins = main.append_web_plugins

    def append() -> None:
        """Add the plugins, and the view."""
        append_web_plugins()
        add_view(main.config)

    main.append_web_plugins = append  # type: ignore[method-assign]
    client = TestApp(main.run_wsgi())
    Ship.metadata.create_all(main.dbs["main"].engine)
    client.get("/health/live")
    client.get("/send/1")
    Relay(main, "main", Outbox, app).run()
    start: Any = start_worker
    worker = start(app, pool="solo", perform_ping_check=False, loglevel="INFO")
    worker.__enter__()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        spans = spans_of(exporter)
        if sum(span["names"][-1].startswith("run/") for span in spans) == RUNS:
            break
        time.sleep(0.05)
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    traced = {line["logger"]: line["trace_id"] for line in lines if "trace_id" in line}
    print(json.dumps({"spans": spans, "lines": traced}), flush=True)
    # The worker's own end takes seconds.
    os._exit(0)
