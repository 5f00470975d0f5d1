"""Spans of the statements of an engine.

The official instrumentation of SQLAlchemy refuses version 2.1. It would also trace each connection, and
the error of a driver, which quotes values.
Source: OpenTelemetry, "Semantic conventions for database client spans".
"""

from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from sqlalchemy import Engine, event

_SPAN = "qapla_span"
_SHOWN = 2000


def trace_engine(engine: Engine, name: str, options: dict[str, Any]) -> None:
    """Trace the statements of an engine that belong to a request or a task.

    Args:
        engine: The engine.
        name: The name of its database.
        options: The options of the engine, which are not used.
    """
    tracer = trace.get_tracer("qapla")
    system = "mariadb" if engine.dialect.name == "mysql" else engine.dialect.name
    fixed = {
        "db.system.name": system,
        "db.namespace": engine.url.database or "",
        "qapla.database": name,
    }

    def before(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        # A look of a relay into its outbox, each second, is no trace of its own.
        if not trace.get_current_span().is_recording():
            return
        text = " ".join(statement[:_SHOWN].split())
        operation = text.partition(" ")[0].upper()
        attributes = {**fixed, "db.operation.name": operation, "db.query.text": text}
        context.__dict__[_SPAN] = tracer.start_span(
            f"{operation} {name}", kind=SpanKind.CLIENT, attributes=attributes
        )

    def after(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        span: Span | None = context.__dict__.pop(_SPAN, None)
        if span is not None:
            span.end()

    def fail(failed: Any) -> None:
        context = failed.execution_context
        span: Span | None = None if context is None else context.__dict__.pop(_SPAN, None)
        if span is not None:
            # No more than the class: the text may have values.
            kind = type(failed.original_exception).__name__
            span.set_attribute("error.type", kind)
            span.set_status(Status(StatusCode.ERROR, kind))
            span.end()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", fail)
