"""Context of log records: the ids of the request and the task, and the database.

It needs neither structlog nor a configuration of logging, so that every room may bind values.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import MappingProxyType

REQUEST_ID = "request_id"
TASK_ID = "task_id"
DATABASE = "database"
TRACE_ID = "trace_id"

_values: ContextVar[Mapping[str, str]] = ContextVar(
    "qapla_log_context", default=MappingProxyType({})
)
# Functions that return more values of the context, such as the id of its trace.
_sources: list[Callable[[], Mapping[str, str]]] = []


def add_source(source: Callable[[], Mapping[str, str]]) -> None:
    """Add a function to those that each record asks for values of its context."""
    if source not in _sources:
        _sources.append(source)


def current() -> Mapping[str, str]:
    """Return the values that each record of this context gets."""
    values = _values.get()
    for source in _sources:
        values = {**values, **source()}
    return values


def request_id() -> str | None:
    """Return the id of the request that this context works for, or None."""
    return _values.get().get(REQUEST_ID)


def bind(**values: str) -> Token[Mapping[str, str]]:
    """Add values to the context, and return the token for `reset`."""
    return _values.set({**_values.get(), **values})


def reset(token: Token[Mapping[str, str]]) -> None:
    """Restore the context as it was before a `bind`."""
    _values.reset(token)


@contextmanager
def bound(**values: str) -> Iterator[None]:
    """Add values to the context within a block."""
    token = bind(**values)
    try:
        yield
    finally:
        reset(token)
