"""The request class with an attribute for each database, which is made once.

`config.add_request_method(reify=True)` would make a class for each request, which costs a third of the
throughput of a simple view; a subscriber of `NewRequest` costs a fifth, as it turns on all of the
router's events.
"""

import sys
from typing import Any

from pyramid.interfaces import IRequestFactory
from pyramid.request import Request
from pyramid.util import InstancePropertyHelper

from qapla.database.registry import Databases
from qapla.exceptions import DatabaseError
from qapla.web.sessions import ENDED, DefaultSession, SessionOf, roll_back

DEFAULT = "database"
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
    attributes: dict[str, Any] = {DEFAULT: DefaultSession(databases.first.name), _MARK: True}
    attributes.update({name: SessionOf(database) for name, database in databases.items()})
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
            for key in (ENDED, "traversed"):
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
            roll_back(failed if request is None else request, error)
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
