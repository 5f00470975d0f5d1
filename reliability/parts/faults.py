"""Views that raise at each point of a request, a slow one, and one that counts what a process holds."""

import gc
import os
import threading
from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPConflict
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import text
from sqlalchemy.orm import Session

from rotarran import main as application

INSERT = text("INSERT INTO ships (name, key) VALUES ('faulty', gen_random_uuid()::text)")
SLOW = text("SELECT pg_sleep(0.1)")


class Raised(Exception):
    """An error that no part of the project expects."""


def fail(_: Any = None, __: Any = None) -> None:
    """Raise, as a view or a callback of its request.

    Raises:
        Raised: Always.
    """
    raise Raised("on purpose")


@view_config(route_name="faults", renderer="json", permission="read")
def fault(request: Any) -> Any:
    """Raise at the point that the URL names."""
    kind = request.matchdict["kind"]
    if kind == "view":
        fail()
    request.main.execute(INSERT)
    if kind == "commit":
        request.main.commit()
        request.main.execute(INSERT)
    elif kind == "statement":
        request.main.execute(text("SELECT 1 / 0"))
    elif kind == "http":
        raise HTTPConflict("on purpose")
    elif kind == "response_callback":
        request.add_response_callback(fail)
        request.main.rollback()
        return {}
    elif kind == "finished_callback":
        request.add_finished_callback(fail)
        request.main.rollback()
        return {}
    elif kind == "render":
        request.main.rollback()
        return {"no JSON": object()}
    elif kind == "stream":
        request.main.rollback()
        return Response(app_iter=_stream(), content_type="text/plain")
    fail()
    return None


def _stream() -> Iterator[bytes]:
    with application.dbs["main"].get_session() as session:
        session.execute(text("SELECT 1"))
        yield b"begun"
        fail()


@view_config(route_name="slow", renderer="json", permission="read")
def slow(request: Any) -> Any:
    """Wait in the database for a tenth of a second."""
    request.main.execute(SLOW)
    return {"slow": True}


@view_config(route_name="counts", renderer="json", permission="read")
def counts(request: Any) -> Any:
    """Count what the process holds; the request itself opens no session."""
    gc.collect()
    return {
        "sessions": sum(isinstance(it, Session) for it in gc.get_objects()),
        "checked out": application.dbs["main"].engine.pool.checkedout(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
    }
