"""A request's sessions: one per database, opened at first use, closed when the request ends.

Source of the order of events: Pyramid, "Request Processing" and "Using Finished Callbacks".
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPException
from sqlalchemy.orm import Session

from qapla.database.database import Database

logger = logging.getLogger(__name__)

_OPENED = "qapla.opened"
# The exception that was being handled when a session was opened; it is not the request's.
_HANDLED = "qapla.handled"
# Functions that are called with each session that the request opens.
_LISTENERS = "qapla.listeners"
# Set when the request has ended and its sessions with it.
ENDED = "qapla.ended"


class DefaultSession:
    """Read another attribute, without keeping its value."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, request: Any, owner: type | None = None) -> Any:
        return self if request is None else getattr(request, self._name)


class SessionOf:
    """Open the session of a database at first use, and keep it as an attribute of the request."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __get__(self, request: Any, owner: type | None = None) -> Any:
        if request is None:
            return self
        session = self._database.get_session(_Owner(request))
        if _has_ended(request):
            # A driver may still `stream()` with it; any other use raises `SessionEnded`.
            self._database.end_session(session, completed=False)
            return session
        request.__dict__[self._database.name] = session
        _opened(request).append((self._database, session))
        for listener in request.__dict__.get(_LISTENERS, ()):
            listener(session)
        return session


class _Owner:
    """Name a request in messages; the text is made only when a message needs it."""

    def __init__(self, request: Any) -> None:
        self._request = request

    def __str__(self) -> str:
        return f"the request {self._request.method} {self._request.path}"


def _opened(request: Any) -> list[tuple[Database, Session]]:
    """Return the request's list of open sessions; the first one arranges for their end."""
    if _OPENED not in request.__dict__:
        request.__dict__[_OPENED] = []
        request.__dict__[_HANDLED] = sys.exc_info()[1]
        # First in the queue, to run the others inside its `try`: they may still use the
        # sessions, and one that raises leaves none of them open.
        request.finished_callbacks.appendleft(finish)
    opened: list[tuple[Database, Session]] = request.__dict__[_OPENED]
    return opened


def _has_ended(request: Any) -> bool:
    """Whether the request has ended: the router then deletes the context that traversal has set.

    Source: `pyramid.router.Router.finish_request`. It runs before a streamed body is iterated.
    """
    attributes = request.__dict__
    return ENDED in attributes or ("traversed" in attributes and "context" not in attributes)


def roll_back(request: Any, error: BaseException | None) -> None:
    """Roll back the sessions of a request whose view raised an error.

    A redirect ends a request well: the writes that it left uncommitted are reported.
    """
    for database, session in reversed(request.__dict__.get(_OPENED, ())):
        try:
            database.roll_back(session, completed=_is_redirect(error))
        except Exception:
            # The connection is lost, and the transaction with it.
            session.invalidate()


def on_open(request: Any, listener: Callable[[Session], None]) -> None:
    """Call a function with each open session of a request, and with those that it opens later."""
    request.__dict__.setdefault(_LISTENERS, []).append(listener)
    for _, session in request.__dict__.get(_OPENED, ()):
        listener(session)


def end_sessions(request: Any) -> None:
    """Roll back and end the sessions of a request in the middle of it; the next ones are new."""
    roll_back(request, sys.exc_info()[1])
    opened = request.__dict__.get(_OPENED, [])
    while opened:
        database, session = opened.pop()
        request.__dict__.pop(database.name, None)
        database.end_session(session, completed=False)


def finish(request: Any) -> None:
    """End the sessions of a request after its other finished callbacks; it is one itself."""
    completed = _completed(request)
    try:
        while request.finished_callbacks:
            request.finished_callbacks.popleft()(request)
    finally:
        request.__dict__[ENDED] = True
        for database, session in reversed(request.__dict__.pop(_OPENED)):
            request.__dict__.pop(database.name, None)
            try:
                database.end_session(session, completed=completed)
            except Exception:
                logger.exception("database %r: the request's session did not close", database.name)


def _completed(request: Any) -> bool:
    """Whether no exception leaves the request.

    The writes of a view that raised were rolled back before its exception view ran, so that
    uncommitted writes are those of an exception view or a callback.
    """
    handled, error = request.__dict__.pop(_HANDLED), sys.exc_info()[1]
    return error is None or error is handled or _is_redirect(error)


def _is_redirect(error: BaseException | None) -> bool:
    return isinstance(error, HTTPException) and error.status_code < 400
