"""Versions of rows, by which a lost race is noticed."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import (
    ObjectNotFound,
    QaplaError,
    StaleObject,
)

from qapla_sample.fleet import (
    LedgerReadDriver,
    LedgerWriteDriver,
    TreatyReadDriver,
    TreatyWriteDriver,
)
from support.badges import treaty


@pytest.mark.parametrize(
    "race",
    [lambda driver, key: driver.update(key, title="x"), lambda driver, key: driver.delete(key)],
    ids=["update", "delete"],
)
def test_a_lost_race_is_noticed(
    fleet: Database, race: Callable[[TreatyWriteDriver, int], object]
) -> None:
    """Of two sessions that have read one version the second may not change or delete it."""
    key = treaty(fleet)
    with fleet.get_session() as one, fleet.get_session() as other:
        kept = TreatyReadDriver(other).get_by_id(key)
        TreatyWriteDriver(one).update(key, title="Organia")
        one.commit()
        with pytest.raises(StaleObject) as caught:
            race(TreatyWriteDriver(other), key)
        assert str(caught.value) == (
            f"Treaty {key!r} was changed by somebody else: read it again, and repeat the change"
        )
        # The session has rolled back, and reads its objects again.
        assert kept.title == "Organia"


def test_an_expected_version_is_compared(fleet: Database, session: Session) -> None:
    """A client that sends the version it has read may change that version alone."""
    key = treaty(fleet)
    driver = TreatyWriteDriver(session)
    assert driver.update(key, title="Organia", version=1).version == 2
    session.commit()
    with pytest.raises(StaleObject):
        driver.update(key, title="x", version=1)
    with pytest.raises(StaleObject):
        driver.update(key, version=1)
    with pytest.raises(StaleObject):
        driver.delete(key, version=1)
    assert TreatyReadDriver(session).get_by_id(key).title == "Organia"
    driver.delete(key, version=2)
    assert not TreatyReadDriver(session).exists(id=key)


def test_a_deletion_takes_no_other_values(session: Session) -> None:
    """They would be criteria, of which `delete_where` takes any."""
    with pytest.raises(QaplaError) as caught:
        TreatyWriteDriver(session).delete(1, version=1, title="x")
    assert str(caught.value) == (
        "TreatyWriteDriver: delete was given title; it takes a key, and the value of the version column"
    )


def test_an_expected_version_is_compared_with_the_row(fleet: Database, session: Session) -> None:
    """An object that the session has kept does not count."""
    key = treaty(fleet)
    kept = TreatyReadDriver(session).get_by_id(key)
    with fleet.get_session() as other:
        TreatyWriteDriver(other).update(key, title="Organia")
        other.commit()
    assert kept.version == 1
    with pytest.raises(StaleObject):
        TreatyWriteDriver(session).update(key, title="x", version=1)


def test_a_row_that_has_gone_is_not_there(fleet: Database, session: Session) -> None:
    """Somebody else's deletion is no stale object to who sends a version."""
    key = treaty(fleet)
    kept = TreatyReadDriver(session).get_by_id(key)
    with fleet.get_session() as other:
        TreatyWriteDriver(other).delete(key)
        other.commit()
    with pytest.raises(ObjectNotFound):
        TreatyWriteDriver(session).update(key, title="x", version=kept.version)


def test_writes_of_many_rows_count_the_version(fleet: Database, session: Session) -> None:
    """A row that was changed by criteria or upsert is another version too."""
    driver = TreatyWriteDriver(session)
    driver.create_many([{"id": 7, "title": "Khitomer"}])
    versions = [TreatyReadDriver(session).get_by_id(7).version]
    driver.update_where({"title": "Organia"}, id=7)
    versions.append(TreatyReadDriver(session).get_by_id(7).version)
    versions.append(driver.upsert(id=7, title="x").version)
    driver.upsert_many([{"id": 7, "title": "y"}, {"id": 8, "title": "z"}])
    versions.append(TreatyReadDriver(session).get_by_id(7).version)
    assert versions == [1, 2, 3, 4]
    assert TreatyReadDriver(session).get_by_id(8).version == 1


def test_writes_without_an_object_set_the_columns_of_onupdate(session: Session) -> None:
    """A column with `onupdate` is set by criteria and by upsert too."""
    driver = LedgerWriteDriver(session)
    writes: list[Callable[[int], object]] = [
        lambda key: driver.update(key, title="y"),
        lambda key: driver.update_where({"title": "y"}, id=key),
        lambda key: driver.upsert(id=key, title="y"),
        lambda key: driver.upsert_many([{"id": key, "title": "y"}]),
    ]
    reader = LedgerReadDriver(session)
    for key, write in enumerate(writes, start=1):
        driver.upsert(id=key, title="x")
        assert reader.rows("initial", "changes", id=key) == [{"initial": "x", "changes": None}]
        write(key)
        assert reader.rows("initial", "changes", id=key) == [{"initial": "x", "changes": "some"}]


def test_the_session_is_usable_after_a_lost_race(fleet: Database) -> None:
    """Inside a transaction only the write that failed is undone."""
    key = treaty(fleet)
    with fleet.get_session() as session, fleet.get_session() as other:
        driver = TreatyWriteDriver(session)
        kept = TreatyReadDriver(session).get_by_id(key)
        TreatyWriteDriver(other).update(key, title="Organia")
        other.commit()
        with driver.transaction():
            driver.create(title="Ninth")
            with pytest.raises(StaleObject):
                driver.update(key, title="x")
        assert (TreatyReadDriver(session).count(), kept.title) == (2, "Organia")
