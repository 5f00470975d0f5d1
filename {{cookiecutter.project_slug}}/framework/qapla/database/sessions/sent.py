"""Whether something has left the process, such as a task: work that has sent it is not repeated."""

from contextvars import ContextVar

_sent: ContextVar[int] = ContextVar("qapla_sent", default=0)


def note_sent() -> None:
    """Note that something leaves the process now."""
    _sent.set(_sent.get() + 1)


def count_sent() -> int:
    """Return how often something has left the process in this context so far."""
    return _sent.get()
