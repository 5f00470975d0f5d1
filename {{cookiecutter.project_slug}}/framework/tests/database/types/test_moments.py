"""Moments: any time zone goes in, UTC is stored and comes out, on every engine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Interval, func, insert, literal, select, text
from sqlalchemy.orm import Session

from qapla.database.types import UtcDateTime, utc_now
from qapla.exceptions import UnfitValue

from qapla_sample.cargo import Cargo, Letter

Pack = Callable[..., Cargo]

MOMENT = datetime(2375, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
KOLKATA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize("moment", [MOMENT, MOMENT.astimezone(KOLKATA)])
def test_a_moment_comes_back_in_utc(pack: Pack, moment: datetime) -> None:
    """With its microseconds, and with the time zone of the standard library."""
    found = pack(sent_at=moment).sent_at
    assert found == MOMENT
    assert found.tzinfo is UTC


def test_the_database_has_utc(pack: Pack, session: Session) -> None:
    """Whoever reads the column by other means finds UTC in it."""
    pack(sent_at=MOMENT.astimezone(KOLKATA))
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL TIME ZONE 'UTC'"))
    stored = str(session.scalar(text("SELECT sent_at FROM cargoes")))
    assert stored.startswith("2375-01-02 03:04:05.678901")


def test_the_time_zone_of_the_connection_does_not_count(pack: Pack, session: Session) -> None:
    """A moment is the same in a session of another time zone."""
    pack(sent_at=MOMENT)
    zone = {
        "postgresql": "SET LOCAL TIME ZONE 'Asia/Kolkata'",
        "mysql": "SET SESSION time_zone = '+05:30'",
    }.get(session.get_bind().dialect.name, "SELECT 1")
    session.execute(text(zone))
    assert session.scalar(select(Cargo.sent_at)) == MOMENT
    session.execute(insert(Letter))
    created = session.scalars(select(Letter.sent_at)).one()
    assert abs(created - datetime.now(UTC)) < timedelta(minutes=1)


def test_comparisons(pack: Pack, session: Session) -> None:
    """With moments of any time zone, as parameters and as literals."""
    pack(sent_at=MOMENT)
    same = literal(MOMENT.astimezone(KOLKATA), UtcDateTime(), literal_execute=True)
    for condition in (
        Cargo.sent_at == MOMENT.astimezone(KOLKATA),
        Cargo.sent_at == same,
        Cargo.sent_at.in_([MOMENT]),
        Cargo.sent_at > MOMENT - timedelta(microseconds=1),
        Cargo.sent_at > utc_now(),
    ):
        assert session.scalar(select(func.count()).where(condition)) == 1


def test_an_interval_is_no_moment() -> None:
    """It is added and subtracted as an interval."""
    earlier: Any = Cargo.sent_at - timedelta(days=1)
    assert isinstance(earlier.right.type, Interval)


@pytest.mark.parametrize(
    ("moment", "error"),
    [
        (
            datetime(2375, 1, 2),
            "UtcDateTime takes a datetime with a time zone, not datetime.datetime(2375, 1, 2, 0, 0): "
            "give one, as in datetime.now(UTC)",
        ),
        (
            datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5), "EST")),
            "datetime.datetime(9999, 12, 31, 23, 0, tzinfo=datetime.timezone(datetime.timedelta("
            "days=-1, seconds=68400), 'EST')) is beyond the years 1 to 9999 in UTC: "
            "give one within them",
        ),
    ],
)
def test_a_moment_that_is_refused(pack: Pack, moment: datetime, error: str) -> None:
    """The error is one line, without the statement around it."""
    with pytest.raises(UnfitValue) as caught:
        pack(sent_at=moment)
    assert str(caught.value) == error


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_the_first_and_the_last_moment(pack: Pack, moment: datetime) -> None:
    """All the years of a datetime are kept."""
    aware = moment.replace(tzinfo=UTC)
    assert pack(sent_at=aware).sent_at == aware


def test_now_is_in_utc_and_equal_to_itself(session: Session) -> None:
    """A moment of the server is found again by the value that was read."""
    letter = Letter()
    session.add(letter)
    session.commit()
    assert abs(letter.sent_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert session.scalar(select(Letter.id).where(Letter.sent_at == letter.sent_at)) == letter.id
