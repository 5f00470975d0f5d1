"""A session for a function or a Celery task, by the name of the database."""

import functools
import inspect
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.exceptions import UnusableFunction
from qapla.logs.context import bind, reset

R = TypeVar("R")

# The open sessions of the calls around this one, each with its thread: `asyncio.to_thread` copies a
# context into another one.
_Opened = tuple[Session, int]
_Open = Mapping[Database, _Opened]
_NONE: _Open = MappingProxyType({})
_open: ContextVar[_Open] = ContextVar("qapla_open_sessions", default=_NONE)


def begin_scope() -> Token[_Open]:
    """Leave the open sessions of the calls around alone, as the run of a task does."""
    return _open.set(_NONE)


def end_scope(token: Token[_Open]) -> None:
    """Go back to the sessions of the calls around.

    Args:
        token: The result of `begin_scope`.
    """
    _open.reset(token)


class WithDatabase:
    """Open a session for a call, pass it as a keyword, and close it when the call ends.

    A call inside another one on the same database joins its session; the outermost closes it.
    For a Celery task the decorator sits below `@app.task`.

    Args:
        application: The application; it is prepared when the function is called, not now.
        name: The name of the database, and of the keyword.
    """

    def __init__(self, application: DatabaseApplication, name: str) -> None:
        self.application = application
        self.name = name

    def __call__(self, function: Callable[..., R]) -> Callable[..., R]:
        """Return the function without the session among its parameters.

        Raises:
            UnusableFunction: It is a coroutine function or a generator function, whose body runs
                after the call has ended, or it has no parameter of the database's name.
        """
        signature = self._signature_without_session(function)
        owner = f"the function {function.__name__}"

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> R:
            if self.name in kwargs:
                raise UnusableFunction(
                    f"{function.__name__}() was called with {self.name!r}, which WithDatabase "
                    f"passes: leave it out, or call {function.__name__}.__wrapped__()"
                )
            database = self.application.dbs[self.name]
            session = _joined(database)
            if session is not None:
                return function(*args, **kwargs, **{self.name: session})
            # Written out, and no context manager, which every run of a task would pay for.
            session = database.get_session(owner)
            opened = session, threading.get_ident()
            token = _open.set({**_open.get(), database: opened})
            logged = bind(database=self.name)
            completed = False
            try:
                result = function(*args, **kwargs, **{self.name: session})
                completed = True
            finally:
                reset(logged)
                _open.reset(token)
                database.end_session(session, completed=completed)
            return result

        # Celery checks the arguments of `delay` against this, and not against `__wrapped__`.
        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        return wrapper

    def _signature_without_session(self, function: Callable[..., R]) -> inspect.Signature:
        name = getattr(function, "__qualname__", repr(function))
        deferred = (
            inspect.iscoroutinefunction,
            inspect.isgeneratorfunction,
            inspect.isasyncgenfunction,
        )
        if any(check(function) for check in deferred):
            raise UnusableFunction(
                f"WithDatabase cannot open a session for {name}: a coroutine or generator runs "
                "after its call has ended; open the session inside it"
            )
        signature = inspect.signature(function)
        parameters = dict(signature.parameters)
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        if parameters.pop(self.name, None) is None and not takes_any:
            raise UnusableFunction(
                f"WithDatabase passes the session of {self.name!r} as a keyword, which {name} "
                f"does not take: add the parameter {self.name}"
            )
        return signature.replace(parameters=list(parameters.values()))


def _joined(database: Database) -> Session | None:
    """Return the session that a call around this one has open, in this thread, or None."""
    opened = _open.get().get(database)
    if opened is None:
        return None
    session, thread = opened
    return session if thread == threading.get_ident() else None
