"""The tokens of a database, on each engine."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qapla.exceptions import UnusableToken
from qapla.web.security.tokens import as_utc

from support.tokens import Token, Tokens

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
# Five hours and a half, which no rounding to hours hides.
ELSEWHERE = timezone(timedelta(hours=5, minutes=30))


@EVERY
def test_a_token_is_found_by_its_text(session: Session) -> None:
    """It has its name and its permissions, each once, and never its secret."""
    tokens = Tokens(session)
    text = tokens.create("Worf", ["write", "read", "write"])
    found = tokens.find(text)
    assert found is not None
    assert (found.name, found.permissions, found.expires_at) == ("Worf", "read write", None)
    assert datetime.now(UTC) - as_utc(found.created_at) < timedelta(minutes=1)
    (row,) = session.execute(select(Token.__table__)).mappings()
    assert len(row["digest"]) == 64
    assert text.partition(".")[2] not in repr(row)


@EVERY
@pytest.mark.parametrize(("seconds", "is_found"), [(60, True), (-60, False)])
def test_a_token_expires_in_any_time_zone(session: Session, seconds: int, is_found: bool) -> None:
    """Without a zone the time is in UTC, also after it was read again."""
    at = datetime.now(ELSEWHERE) + timedelta(seconds=seconds)
    texts = [
        Tokens(session).create("Worf", ["read"], expires_at)
        for expires_at in (at, at.astimezone(UTC), at.astimezone(UTC).replace(tzinfo=None))
    ]
    session.commit()
    assert [Tokens(session).find(text) is not None for text in texts] == [is_found] * 3


@EVERY
def test_a_token_is_read_outside_of_a_transaction(session: Session) -> None:
    """The view of a request decides when its transaction begins."""
    text = Tokens(session).create("Worf", ["read"])
    session.commit()
    assert Tokens(session).find(text)
    assert not session.in_transaction()


@EVERY
def test_a_revoked_token_is_unknown(session: Session) -> None:
    """Its name keeps its other tokens, and an id that no token can have is unknown too."""
    tokens = Tokens(session)
    first, second = (tokens.create("Worf", ["read"]) for _ in range(2))
    assert tokens.revoke(int(first.partition(".")[0]))
    assert (tokens.find(first), tokens.find(second)) == (None, tokens.list_all()[0])
    for key in (first.partition(".")[0], "x", 0, -1, 10**30, str(10**30)):
        assert not tokens.revoke(key)


@EVERY
def test_a_text_that_is_no_token_is_not_found(session: Session) -> None:
    """An id out of range, and texts that another reader would take for the id of a token."""
    key, secret = Tokens(session).create("Worf", ["read"]).split(".")
    texts = [secret, f"{key}.", f".{secret}", f"{key}.{secret}\n", f" {key}.{secret}"]
    keys = (
        "-1",
        "0",
        f"0{key}",
        f"{key}.0",
        "9" * 19,
        "9" * 20,
        "9" * 5000,
        "²",
        "\u0661",
        "\0",
        "x",
    )
    texts += [f"{other}.{secret}" for other in keys]
    texts += [f"{key}.{other}" for other in (secret[:-1], f"{secret}x", "é", "\0", "\ud800")]
    assert {text: Tokens(session).find(text) for text in texts} == dict.fromkeys(texts)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "permissions"),
    [
        ("", ["read"]),
        (" ", ["read"]),
        ("a\0", ["read"]),
        ("a\nb", ["read"]),
        ("\udcff", ["read"]),
        ("x" * 201, ["read"]),
        ("Worf", [""]),
        ("Worf", ["read write"]),
        ("Worf", ["read\n"]),
        ("Worf", ["read\0"]),
        ("Worf", ["x" * 1001]),
        ("Worf", [f"{number:04}" for number in range(201)]),
    ],
)
def test_a_token_has_a_name_and_words(session: Session, name: str, permissions: list[str]) -> None:
    """A permission with a space would be two, and the columns have a length."""
    with pytest.raises(UnusableToken, match="expected") as caught:
        Tokens(session).create(name, permissions)
    assert len(str(caught.value)) < 150
    assert not session.new
