"""A database with tokens, on the engine that `place` names, and a view that asks for one."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid.config import Configurator
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla.database.database import Database
from qapla.database.registry import Databases
from qapla.exceptions import NotPrepared
from qapla.web.requests import add_request_sessions
from qapla.web.security.policy import BearerPolicy

from support.tokens import Model, Tokens


@pytest.fixture
def database(place: Callable[..., Database]) -> Iterator[Database]:
    """Return a database with the table of tokens."""
    database = place(f"qapla_tokens_{os.getpid()}_test", reader=True)
    database.drop()
    database.create()
    Model.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Return a session of the database."""
    with database.get_session() as session:
        yield session


@pytest.fixture
def serve(database: Database) -> Callable[[Callable[[Any], Any]], TestApp]:
    """Return a maker of a web application whose `/view` asks for the permission `read`."""

    def serve(view: Callable[[Any], Any]) -> TestApp:
        databases = Databases(lambda: NotPrepared("databases"))
        databases.fill([database])
        config = Configurator()
        add_request_sessions(config, databases)
        config.set_security_policy(BearerPolicy(Tokens, "main"))
        # Each in an include of its own, as in a project: neither replaces the other.
        config.include("qapla.web.security.challenge")
        config.include("qapla.web.errors")
        for name, permission in (("view", "read"), ("open", None)):
            config.add_route(name, f"/{name}")
            config.add_view(view, route_name=name, permission=permission, renderer="json")
        return TestApp(config.make_wsgi_app())

    return serve
