"""The last requests of this process, each with its statements, in a bounded queue.

An entry has no request, session or value: its path is without the query, and its statements are texts.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyramid.interfaces import IExecutionPolicy
from pyramid.router import default_execution_policy

from qapla.web.monitoring.access import quoted
from qapla.web.status.statements import Statements, current

KEPT = 30
_LONGEST = 200


@dataclass
class Entry:
    """A request.

    Args:
        method: Its method.
        path: Its path, without the query, which may have secrets.
        at: The moment of its arrival.
        statements: Its statements so far.
        status: The status of the response, or None while there is none.
        seconds: The time until the response began.
    """

    method: str
    path: str
    at: datetime
    statements: Statements = field(default_factory=Statements)
    status: int | None = None
    seconds: float | None = None


class Recorder:
    """The last requests, the newest first.

    Args:
        ignored: The paths of requests that are not recorded; with a slash at the end, all below it.
    """

    def __init__(self, ignored: Iterable[str]) -> None:
        paths = tuple(ignored)
        self._ignored = frozenset(paths)
        self._below = tuple(path for path in paths if path.endswith("/") and path != "/")
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The requests so far."""
        return tuple(reversed(self._entries.copy()))

    def install(self, registry: Any) -> None:
        """Record the requests of an application from now on, around its execution policy."""
        policy = registry.queryUtility(IExecutionPolicy, default=default_execution_policy)
        registry.registerUtility(_Policy(policy, self), IExecutionPolicy)

    def begin(self, environ: dict[str, Any]) -> Entry | None:
        """Return the entry of a request that has arrived, or None of one that is not recorded."""
        path = environ.get("PATH_INFO", "") or "/"
        if path in self._ignored or path.startswith(self._below):
            return None
        entry = Entry(
            quoted(environ["REQUEST_METHOD"])[:_LONGEST],
            quoted(f"{environ.get('SCRIPT_NAME', '')}{path}")[:_LONGEST],
            datetime.now(UTC),
        )
        self._entries.append(entry)
        return entry


class _Policy:
    """An execution policy that records."""

    def __init__(self, policy: Callable[[Any, Any], Any], recorder: Recorder) -> None:
        self._policy = policy
        self._recorder = recorder

    def __call__(self, environ: dict[str, Any], router: Any) -> Any:
        entry = self._recorder.begin(environ)
        if entry is None:
            return self._policy(environ, router)
        answer = _Answer(entry)
        token = current.set(entry.statements)
        try:
            answer.response = self._policy(environ, router)
        except BaseException:
            answer.end(500)
            raise
        finally:
            current.reset(token)
        return answer


class _Answer:
    """The answer to a request, as a WSGI application that the router calls."""

    response: Any

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._started = time.perf_counter()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            self.end(int(status[:3]))
            return start_response(status, headers, *exc_info)

        token = current.set(self._entry.statements)
        try:
            # A streamed body has a context of its own, which begins here.
            return self.response(environ, start)
        finally:
            current.reset(token)

    def end(self, status: int) -> None:
        """Note the status, and the time so far."""
        self._entry.status = status
        self._entry.seconds = time.perf_counter() - self._started
