"""Pyramid's security policy of bearer tokens, and the responses to requests without permission.

Sources: Pyramid, "Security"; RFC 6750, "The OAuth 2.0 Authorization Framework: Bearer Token Usage".
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from pyramid.request import RequestLocalCache
from pyramid.security import Allowed, Denied

from qapla.web.security.tokens import TokenDriver


@dataclass(frozen=True)
class Identity:
    """The caller of a request: the name and the permissions of its token."""

    name: str
    permissions: frozenset[str]


class BearerPolicy:
    """Permit a view to requests whose token has the view's permission.

    Args:
        driver: The driver of the tokens.
        database: The name of their database, whose session of the request is used.
    """

    # Source: OpenAPI Specification, "Security Scheme Object".
    openapi_scheme: ClassVar[dict[str, Any]] = {"type": "http", "scheme": "bearer"}

    def __init__(self, driver: type[TokenDriver], database: str) -> None:
        self.driver = driver
        self.database = database
        self._identities = RequestLocalCache(self._identify)

    def identity(self, request: Any) -> Identity | None:
        """Return the caller, or None without a valid token; a request is asked once."""
        identity: Identity | None = self._identities.get_or_create(request)
        return identity

    def authenticated_userid(self, request: Any) -> str | None:
        """Return the name of the caller's token."""
        identity = self.identity(request)
        return None if identity is None else identity.name

    def permits(self, request: Any, context: object, permission: str) -> Allowed | Denied:
        """Return whether the caller has a permission, with the reason."""
        identity = self.identity(request)
        if identity is None:
            return Denied("the request has no valid token")
        if permission in identity.permissions:
            return Allowed("the token has the permission %r", permission)
        return Denied("the token lacks the permission %r", permission)

    def remember(self, request: Any, userid: str, **options: Any) -> list[tuple[str, str]]:
        """Return no headers: a client sends its token with each request."""
        return []

    def forget(self, request: Any, **options: Any) -> list[tuple[str, str]]:
        """Return no headers, as `remember`."""
        return []

    def _identify(self, request: Any) -> Identity | None:
        text = sent_token(request)
        if text is None:
            return None
        token = self.driver(getattr(request, self.database)).find(text)
        if token is None:
            return None
        # A copy, as a rollback expires the row.
        return Identity(token.name, frozenset(token.permissions.split()))


def sent_token(request: Any) -> str | None:
    """Return the text of the token that a request has sent, or None for none."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() or None if scheme.lower() == "bearer" else None
