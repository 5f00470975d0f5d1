"""Rows that are locked until the end of a transaction."""

import pytest
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import (
    Duplicate,
    Locked,
    ObjectNotFound,
)

from qapla_sample.fleet import (
    BadgeWriteDriver,
    TreatyReadDriver,
    TreatyWriteDriver,
)
from support.badges import badges, treaty

WITH_LOCKS = pytest.mark.parametrize("fleet_server", ["postgresql", "mariadb"], indirect=True)


@WITH_LOCKS
def test_a_locked_row_waits_is_skipped_or_refused(fleet: Database) -> None:
    """Who does not want to wait for another session's lock says so."""
    key = treaty(fleet)
    with fleet.get_session() as one, fleet.get_session() as other:
        holder, driver = TreatyWriteDriver(one), TreatyWriteDriver(other)
        assert holder.get_for_update(key) is not None
        with driver.transaction():
            assert driver.get_for_update(key, skip_locked=True) is None
            with pytest.raises(Locked) as caught:
                driver.get_for_update(key, nowait=True)
            assert (
                str(caught.value) == f"Treaty {key!r} is locked by somebody else: try again later"
            )
            # The transaction goes on.
            driver.create(title="Organia")
        assert TreatyReadDriver(other).count() == 2
        one.rollback()
        assert driver.get_for_update(key, nowait=True) is not None


@WITH_LOCKS
def test_a_row_that_is_not_there_is_not_skipped(session: Session) -> None:
    """It is not locked by anybody."""
    with pytest.raises(ObjectNotFound):
        TreatyWriteDriver(session).get_for_update(1, skip_locked=True)


def test_a_locked_row_is_read_anew(fleet: Database, session: Session) -> None:
    """The session's copy of it is refreshed."""
    key = treaty(fleet)
    kept = TreatyReadDriver(session).get_by_id(key)
    with fleet.get_session() as other:
        TreatyWriteDriver(other).update(key, title="Organia")
        other.commit()
    assert TreatyWriteDriver(session).get_for_update(key) is kept
    assert (kept.title, kept.version) == ("Organia", 2)


def test_pending_objects_survive_a_lock(fleet: Database, session: Session) -> None:
    """A change that is not flushed yet is flushed, and not overwritten."""
    key = treaty(fleet)
    kept = TreatyReadDriver(session).get_by_id(key)
    kept.title = "Organia"
    TreatyWriteDriver(session).get_for_update(key)
    assert kept.title == "Organia"


@WITH_LOCKS
def test_a_lock_is_held_until_the_transaction_ends(fleet: Database) -> None:
    """The savepoint in which it was taken does not release it."""
    key = treaty(fleet)
    with fleet.get_session() as one, fleet.get_session() as other:
        with TreatyWriteDriver(one).transaction():
            TreatyWriteDriver(one).get_for_update(key)
            with pytest.raises(Locked):
                TreatyWriteDriver(other).get_for_update(key, nowait=True)
        assert TreatyWriteDriver(other).get_for_update(key, nowait=True)


def test_an_outer_write_survives_an_inner_failure(session: Session) -> None:
    """Each write inside a transaction is a savepoint, after whose failure it goes on."""
    driver = BadgeWriteDriver(session)
    with driver.transaction():
        driver.create(code="a")
        with pytest.raises(Duplicate):
            driver.create(code="a")
        with pytest.raises(Duplicate):
            driver.create_many([{"code": "b"}, {"code": "a"}])
        driver.create(code="c")
    assert set(badges(session)) == {"a", "c"}
