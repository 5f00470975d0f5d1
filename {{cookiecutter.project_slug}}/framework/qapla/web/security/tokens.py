"""Bearer tokens: rows that hold the digest of a secret, and never the secret.

The text of a token is `<id>.<secret>`. A secret of 256 random bits cannot be guessed from its digest,
so that a fast one will do; slow ones are for passwords.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CursorResult, DateTime, Integer, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from qapla.driver.routed import RoutedReads
from qapla.exceptions import UnusableToken

_TEXT = re.compile(r"([1-9][0-9]{0,18})\.([A-Za-z0-9_-]{1,100})")
_LONGEST_NAME, _LONGEST_PERMISSIONS = 200, 1000


class TokenColumns:
    """The columns of a token; a mixin for a model of the database."""

    __tablename__: Any = "api_tokens"

    # SQLite numbers only an INTEGER by itself.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    # The user id that the token stands for; a second token of a name replaces the first in time.
    name: Mapped[str] = mapped_column(String(_LONGEST_NAME))
    # SHA-256 of the secret, in hexadecimal digits.
    digest: Mapped[str] = mapped_column(String(64))
    # Words with spaces between them.
    permissions: Mapped[str] = mapped_column(String(_LONGEST_PERMISSIONS))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # NULL for a token that never expires.
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TokenDriver(RoutedReads[Any]):
    """Create, find and revoke the tokens of a database; a subclass names its model."""

    model: ClassVar[type[Any]]

    def create(
        self, name: str, permissions: Iterable[str], expires_at: datetime | None = None
    ) -> str:
        """Create a token, as part of the session's transaction; return its text.

        The text is not kept: it cannot be shown again.

        Args:
            name: The user id that the token stands for.
            permissions: The permissions of its bearer.
            expires_at: The time from which it is refused, or None for never. One without a time
                zone is in UTC.

        Raises:
            UnusableToken: The name or a permission cannot be that of a token.
        """
        secret = secrets.token_urlsafe(32)
        token = self.model(
            name=_checked_name(name),
            digest=_digest(secret),
            permissions=_joined(permissions),
            created_at=datetime.now(UTC),
            expires_at=None if expires_at is None else as_utc(expires_at),
        )
        self.session.add(token)
        self.session.flush()
        return f"{token.id}.{secret}"

    def find(self, text: str) -> TokenColumns | None:
        """Return the token with a text, or None where it is wrong, unknown or expired."""
        parts = _TEXT.fullmatch(text)
        if parts is None:
            return None
        key, secret = parts.groups()
        token: TokenColumns | None = self._one(select(self.model).where(*self.identity(key)))
        # An unknown id takes as long as a wrong secret.
        digest = _digest("") if token is None else token.digest
        is_equal = hmac.compare_digest(digest, _digest(secret))
        return token if is_equal and token is not None and not is_expired(token) else None

    def list_all(self) -> Sequence[TokenColumns]:
        """Return every token, oldest first."""
        return self._entities(select(self.model).order_by(self.model.id))

    def revoke(self, key: int | str) -> bool:
        """Delete the token with an id, as part of the session's transaction; whether there is one."""
        deleted = self.session.execute(delete(self.model).where(*self.identity(key)))
        return isinstance(deleted, CursorResult) and deleted.rowcount == 1


def as_utc(moment: datetime) -> datetime:
    """Return a time in UTC; SQLite and MariaDB return theirs without a time zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_expired(token: TokenColumns) -> bool:
    """Whether the time of a token is over."""
    return token.expires_at is not None and as_utc(token.expires_at) <= datetime.now(UTC)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checked_name(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise UnusableToken(
            f"the name of a token is {name[:50]!r}: expected 1 to {_LONGEST_NAME} printable characters"
        )
    return name


def _joined(permissions: Iterable[str]) -> str:
    words = sorted(set(permissions))
    for word in words:
        if word.split() != [word] or not word.isprintable():
            raise UnusableToken(
                f"the permission of a token is {word[:50]!r}: expected a word, such as 'read'"
            )
    joined = " ".join(words)
    if len(joined) > _LONGEST_PERMISSIONS:
        raise UnusableToken(
            f"the permissions of a token have {len(joined)} characters: expected at most "
            f"{_LONGEST_PERMISSIONS}"
        )
    return joined
