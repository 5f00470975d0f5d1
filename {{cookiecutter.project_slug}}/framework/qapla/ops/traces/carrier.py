"""The trace of a message that is sent later, maybe by another process.

Source: W3C, "Trace Context".
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# Imported with the first span: without traces nothing is carried.
_PACKAGE = "opentelemetry.sdk.trace"


def carried_trace() -> dict[str, str]:
    """Return the headers that carry the current trace; empty without one."""
    if _PACKAGE not in sys.modules:
        return {}
    from opentelemetry.propagate import inject

    headers: dict[str, str] = {}
    inject(headers)
    return headers


@contextmanager
def continued_trace(headers: Mapping[str, Any] | None) -> Iterator[None]:
    """Continue, within a block, the trace that headers carry.

    Args:
        headers: The headers of a message, or None.
    """
    if _PACKAGE not in sys.modules or not headers:
        yield
        return
    from opentelemetry import context
    from opentelemetry.propagate import extract

    token = context.attach(extract(headers))
    try:
        yield
    finally:
        context.detach(token)
