"""Requests with and without permission, and the responses to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPForbidden
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla.database.database import Database
from qapla.web.security.policy import Identity

from support.tokens import Token, Tokens

Serve = Callable[[Callable[[Any], Any]], TestApp]
pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def show(request: Any) -> list[Any]:
    """Return the user id of a request, and whether it may write."""
    return [request.authenticated_userid, bool(request.has_permission("write"))]


def bearer(token: str) -> dict[str, str]:
    """Return the header that sends a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def created(session: Session) -> Callable[..., str]:
    """Return a maker of tokens, which commits."""

    def create(*permissions: str, expires_at: datetime | None = None) -> str:
        token = Tokens(session).create("Worf", permissions, expires_at)
        session.commit()
        return token

    return create


def test_a_token_with_the_permission_is_served(serve: Serve, created: Callable[..., str]) -> None:
    """The scheme has no case; a view without a permission may ask, too."""
    webapp, token = serve(show), created("read")
    for scheme in ("Bearer", "bearer", "BEARER", "Bearer "):
        headers = {"Authorization": f"{scheme} {token}"}
        assert webapp.get("/view", headers=headers).json == ["Worf", False]
    assert webapp.get("/open", headers=bearer(created("write"))).json == ["Worf", True]
    assert webapp.get("/open").json == [None, False]


def test_a_token_without_the_permission_is_403(serve: Serve, created: Callable[..., str]) -> None:
    """The document names the permission, as a word of its own and not as a part of one."""
    for permissions in ((), ("write",), ("reader", "ead")):
        response = serve(show).get("/view", headers=bearer(created(*permissions)), status=403)
        assert response.content_type == "application/problem+json"
        assert response.json["detail"] == "the token lacks the permission 'read'"
        assert response.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'


REFUSED = [
    "",
    "Bearer",
    "Bearer ",
    "Basic Og==",
    "token",
    "Bearer x",
    "Bearer 99999999999999999999.x",
    "Bearer -1.x",
    "Bearer 1.",
    "Bearer 1.wrong",
    "Bearer 1.x\x00",
    "Bearer \xff.\xe9",
    "\x00",
    f"Bearer {'9' * 10_000}",
    f"Bearer 1.{'x' * 10_000}",
    "Bearer 1.x, Bearer 1.x",
    'Bearer "\r\nX-Injected: 1',
]


@pytest.mark.parametrize("header", REFUSED, ids=lambda header: repr(header[:20]))
def test_a_bad_header_is_401(serve: Serve, created: Callable[..., str], header: str) -> None:
    """A problem document, whose challenge says whether a token was sent, and repeats nothing."""
    created("read")
    response = serve(show).get("/view", extra_environ={"HTTP_AUTHORIZATION": header}, status=401)
    assert response.content_type == "application/problem+json"
    assert response.json["status"] == 401
    is_sent = header.startswith("Bearer ") and header != "Bearer "
    challenge = 'Bearer error="invalid_token"' if is_sent else "Bearer"
    assert response.headers["WWW-Authenticate"] == challenge
    assert "X-Injected" not in response.headers


def test_an_expired_or_revoked_token_is_401(
    serve: Serve, created: Callable[..., str], session: Session
) -> None:
    """From the next request on."""
    webapp, token = serve(show), created("read")
    webapp.get("/view", headers=bearer(token), status=200)
    Tokens(session).revoke(token.partition(".")[0])
    session.commit()
    expired = created("read", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    for refused in (token, expired):
        response = webapp.get("/view", headers=bearer(refused), status=401)
        assert response.json["detail"] == "the token is unknown, expired or revoked"


def test_a_request_reads_its_token_once(
    serve: Serve, created: Callable[..., str], database: Database
) -> None:
    """However often it is asked; a rollback leaves the identity as it was."""
    seen, statements = [], []

    def view(request: Any) -> list[Any]:
        seen.append(request.identity)
        request.main.rollback()
        seen.append(request.identity)
        return show(request)

    token = created("read")
    webapp = serve(view)
    event.listen(database.engine, "before_execute", lambda *args: statements.append(args[1]))
    for _ in range(2):
        webapp.get("/view", headers=bearer(token))
    assert seen == [Identity("Worf", frozenset({"read"}))] * 4
    assert len(statements) == 2


def test_a_view_may_refuse_a_request_itself(serve: Serve, created: Callable[..., str]) -> None:
    """Its detail is shown to a known caller; an error with a body of its own is left alone."""

    def refuse(request: Any) -> None:
        request.main.execute(text("SELECT 1"))
        raise HTTPForbidden("not your ship", **request.registry.settings.get("body", {}))

    webapp = serve(refuse)
    response = webapp.get("/open", headers=bearer(created()), status=403)
    assert response.json["detail"] == "not your ship"
    assert webapp.get("/open", status=401).headers["WWW-Authenticate"] == "Bearer"
    webapp.app.registry.settings["body"] = {"json_body": {"own": True}}
    assert webapp.get("/open", status=403).json == {"own": True}


def test_a_database_without_the_table_is_503(
    serve: Serve, created: Callable[..., str], database: Database
) -> None:
    """As for any other table: the caller may try again after the upgrade."""
    token = created("read")
    Token.metadata.drop_all(database.engine)
    assert serve(show).get("/view", headers=bearer(token), status=503).headers["Retry-After"]
