"""A request's sessions: one per database, opened at first use, closed when the request ends.

The attributes are on a request class that is made once. `config.add_request_method(reify=True)`
would make a class for each request, which costs a third of the throughput of a simple view; a
subscriber of `NewRequest` costs a fifth, as it turns on all of the router's events.
Source of the order of events: Pyramid, "Request Processing" and "Using Finished Callbacks".
"""

import logging
import sys
from typing import Any

from pyramid.httpexceptions import HTTPException
from pyramid.interfaces import IRequestFactory
from pyramid.request import Request
from pyramid.util import InstancePropertyHelper
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.database.registry import Databases
from qapla.exceptions import DatabaseError

logger = logging.getLogger(__name__)

DEFAULT = "database"
_OPENED = "qapla.opened"
# The exception that was being handled when a session was opened; it is not the request's.
_HANDLED = "qapla.handled"
# Set when the request has ended and its sessions with it.
_ENDED = "qapla.ended"
_MARK = "__qapla_sessions__"
_INVOKE = "invoke_subrequest"
_INVOKE_EXCEPTION_VIEW = "invoke_exception_view"
_METHODS = (_INVOKE, _INVOKE_EXCEPTION_VIEW)


def add_request_sessions(config: Any, databases: Databases) -> None:
    """Add an attribute for each database to every request, and `request.database` for the first.

    Args:
        config: Pyramid's configurator.
        databases: The databases of the application.
    """
    attributes: dict[str, Any] = {DEFAULT: _DefaultSession(databases.first.name), _MARK: True}
    attributes.update({name: _SessionOf(database) for name, database in databases.items()})
    attributes[_INVOKE] = _SubrequestHook(attributes)
    attributes[_INVOKE_EXCEPTION_VIEW] = _InvokeExceptionView()

    def register() -> None:
        factory = config.registry.queryUtility(IRequestFactory, default=Request)
        config.registry.registerUtility(_with_sessions(factory, attributes), IRequestFactory)

    # After the default order, so that a factory of the user's own is wrapped and not replaced.
    config.action(("qapla", "request sessions"), register, order=1)


class _SubrequestHook:
    """A hook that adds the attributes to a subrequest, which is made from a bare `Request`.

    The router sets `invoke_subrequest` on each request that it makes.
    """

    def __init__(self, attributes: dict[str, Any]) -> None:
        self._attributes = attributes

    def __set__(self, request: Any, invoke: Any) -> None:
        request.__dict__[_INVOKE] = invoke

    def __get__(self, request: Any, owner: type | None = None) -> Any:
        if request is None:
            return self

        def invoke_subrequest(subrequest: Any, use_tweens: bool = False) -> Any:
            # A request may be invoked again.
            for key in (_ENDED, "traversed"):
                subrequest.__dict__.pop(key, None)
            _install_sessions(subrequest, self._attributes)
            return request.__dict__[_INVOKE](subrequest, use_tweens)

        return invoke_subrequest


class _InvokeExceptionView:
    """Roll back the sessions of a request that failed, before its exception view runs.

    Pyramid's tween for exception views invokes it for every exception, whether a view matches or
    not: so neither the exception view nor a tween around it can commit its writes. A tween of our
    own would cost a call in every request, and `pyramid.tweens` in the ini file would leave it out.
    """

    def __get__(self, failed: Any, owner: type | None = None) -> Any:
        if failed is None:
            return self
        ours = next(cls for cls in type(failed).__mro__ if _MARK in cls.__dict__)
        invoke = getattr(super(ours, failed), _INVOKE_EXCEPTION_VIEW)

        def invoke_exception_view(
            exc_info: Any = None, request: Any = None, *args: Any, **options: Any
        ) -> Any:
            error = (exc_info or sys.exc_info())[1]
            _roll_back(failed if request is None else request, error)
            return invoke(exc_info, request, *args, **options)

        return invoke_exception_view


def _with_sessions(factory: Any, attributes: dict[str, Any]) -> Any:
    """Return a factory like the one given, whose requests have the attributes."""
    if not isinstance(factory, type):
        return _FactoryWrapper(factory, attributes)
    for name in attributes:
        if name not in _METHODS and hasattr(factory, name):
            raise DatabaseError(
                f"the request factory {factory.__name__} has an attribute {name!r}, which is the "
                "name of a session: rename the attribute"
            )
    return type(factory.__name__, (factory,), {**attributes, "__module__": factory.__module__})


def _install_sessions(request: Any, attributes: dict[str, Any]) -> Any:
    if not hasattr(type(request), _MARK):
        InstancePropertyHelper.apply_properties(request, attributes)
    return request


class _FactoryWrapper:
    """A request factory that is a function, whose requests get the attributes."""

    def __init__(self, factory: Any, attributes: dict[str, Any]) -> None:
        self._factory = factory
        self._attributes = attributes

    def __call__(self, environ: dict[str, Any]) -> Any:
        return _install_sessions(self._factory(environ), self._attributes)

    def blank(self, *args: Any, **kwargs: Any) -> Any:
        return _install_sessions(self._factory.blank(*args, **kwargs), self._attributes)


class _DefaultSession:
    """Read another attribute, without keeping its value."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, request: Any, owner: type | None = None) -> Any:
        return self if request is None else getattr(request, self._name)


class _SessionOf:
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
        request.finished_callbacks.appendleft(_finish)
    opened: list[tuple[Database, Session]] = request.__dict__[_OPENED]
    return opened


def _has_ended(request: Any) -> bool:
    """Whether the request has ended: the router then deletes the context that traversal has set.

    Source: `pyramid.router.Router.finish_request`. It runs before a streamed body is iterated.
    """
    attributes = request.__dict__
    return _ENDED in attributes or ("traversed" in attributes and "context" not in attributes)


def _roll_back(request: Any, error: BaseException | None) -> None:
    """Roll back the sessions of a request whose view raised an error.

    A redirect ends a request well: the writes that it left uncommitted are reported.
    """
    for database, session in reversed(request.__dict__.get(_OPENED, ())):
        try:
            database.roll_back(session, completed=_is_redirect(error))
        except Exception:
            # The connection is lost, and the transaction with it.
            session.invalidate()


def _finish(request: Any) -> None:
    completed = _completed(request)
    try:
        while request.finished_callbacks:
            request.finished_callbacks.popleft()(request)
    finally:
        request.__dict__[_ENDED] = True
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
