"""The id of each request, and a line about it in the log.

An execution policy, and no tween: it sees the answers of every tween and callback, `pyramid.tweens` in
the ini file leaves it in, and a subrequest is no request of its own.
Source: Pyramid, "Using an Execution Policy".
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from pyramid.interfaces import IExecutionPolicy
from pyramid.router import default_execution_policy

from qapla.logs.context import bind
from qapla.logs.fields import add_details

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_ENVIRON = "HTTP_X_REQUEST_ID"
# Ids of the usual proxies: UUIDs, base64, `Root=1-67891233-abcdef`.
_SAFE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
# The characters of a path that need no quoting. Source: RFC 3986, section 3.3, "Path".
_PATH = "/~!$&'()*+,;=:@"
_PLAIN = re.compile(r"[A-Za-z0-9/_.-]*")
_TEXT = "%s %s %d in %s ms, %s bytes"


# A function that is called with the environ of each answered request, its status and its seconds.
Observe = Callable[[dict[str, Any], int, float], None]


def add_access_log(config: Any, observe: Observe | None = None) -> None:
    """Assign each request an id, and log it with its status when it has been answered.

    Args:
        config: Pyramid's configurator.
        observe: A function that is called with each request that has been answered, beside the log.
    """

    def register() -> None:
        policy = config.registry.queryUtility(IExecutionPolicy, default=default_execution_policy)
        config.registry.registerUtility(_Policy(policy, observe), IExecutionPolicy)

    # After the default order, so that a policy of the user's own is wrapped and not replaced.
    config.action(("qapla", "access log"), register, order=1)


class _Policy:
    """An execution policy in a context of its own, which has the request's id."""

    def __init__(self, policy: Callable[[Any, Any], Any], observe: Observe | None) -> None:
        self._policy = policy
        self._observe = observe

    def __call__(self, environ: dict[str, Any], router: Any) -> "_Answer":
        started = time.perf_counter()
        given = environ.get(_ENVIRON, "")
        # The request has the header, whoever has made the id.
        request_id = environ[_ENVIRON] = given if _SAFE.fullmatch(given) else token_hex(16)
        answer = _Answer(environ, request_id, started, self._observe)
        answer.respond(self._policy, router)
        return answer


class _Answer:
    """The answer to a request, as a WSGI application that the router calls."""

    def __init__(
        self, environ: dict[str, Any], request_id: str, started: float, observe: Observe | None
    ) -> None:
        self._environ = environ
        self._observe = observe
        self._request_id = request_id
        self._started = started
        self._status = 500
        self._response: Any = None
        # A streamed body runs in it, too. Whatever a view binds ends with it.
        self._context: Context = copy_context()
        self._context.run(bind, request_id=request_id)

    def respond(self, policy: Callable[[Any, Any], Any], router: Any) -> None:
        """Make the response; an error that no exception view answers is a 500 of the server."""
        try:
            self._response = self._context.run(policy, self._environ, router)
        except BaseException:
            self.finish(0)
            raise

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            self._status = int(status[:3])
            return start_response(status, [*headers, (HEADER, self._request_id)], *exc_info)

        try:
            body = self._context.run(self._response, environ, start)
        except BaseException:
            self._status = 500
            self.finish(0)
            raise
        if isinstance(body, (list, tuple)):
            self.finish(sum(map(len, body)))
            return body
        if isinstance(body, environ.get("wsgi.file_wrapper", ())):
            # The server sends the file by itself, if it sees that it is one.
            self.finish(self._response.content_length)
            return body
        return _Stream(body, self._context, self.finish)

    def finish(self, size: int | None) -> None:
        """Log the request, which has been answered, and measure it."""
        seconds = time.perf_counter() - self._started
        if self._observe is not None:
            self._observe(self._environ, self._status, seconds)
        if logger.isEnabledFor(logging.INFO):
            self._log(size, seconds)

    def _log(self, size: int | None, seconds: float) -> None:
        """Log the request by its path without the query, which may have secrets."""
        milliseconds = round(seconds * 1000, 1)
        method = quoted(self._environ["REQUEST_METHOD"])
        path = quoted(f"{self._environ.get('SCRIPT_NAME', '')}{self._environ.get('PATH_INFO', '')}")
        shown = "unknown" if size is None else size
        arguments = (method, path, self._status, milliseconds, shown)
        # Not `logger.info`, which walks the stack for a place that is always this one.
        record = logger.makeRecord(
            logger.name, logging.INFO, __file__, 0, _TEXT, arguments, None, "log"
        )
        add_details(
            record,
            method=method,
            path=path,
            status=self._status,
            duration_ms=milliseconds,
            size=size,
        )
        self._context.run(logger.handle, record)


def quoted(text: str) -> str:
    """Return a text of the environment of WSGI as a part of a line."""
    return text if _PLAIN.fullmatch(text) else quote(text.encode("latin-1"), _PATH)


class _Stream:
    """A streamed body, which is logged when the server closes it."""

    def __init__(self, body: Iterable[bytes], context: Context, log: Callable[[int], None]) -> None:
        self._body = body
        self._chunks: Iterator[bytes] = context.run(iter, body)
        self._context = context
        self._log = log
        self._size = 0
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk: bytes = self._context.run(next, self._chunks)
        self._size += len(chunk)
        return chunk

    def close(self) -> None:
        """Close the body, and log the request."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                self._context.run(close)
        finally:
            self._log(self._size)
