"""What write drivers do to rows: one by one, by criteria, by upsert, under locks and versions."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import (
    Duplicate,
    Locked,
    ObjectNotFound,
    QaplaError,
    StaleObject,
    UnknownAttribute,
)

from qapla_sample.fleet import (
    Badge,
    BadgeReadDriver,
    BadgeWriteDriver,
    Fleet,
    FleetWriteDriver,
    LedgerReadDriver,
    LedgerWriteDriver,
    Record,
    RecordWriteDriver,
    SeatReadDriver,
    SeatWriteDriver,
    TreatyReadDriver,
    TreatyWriteDriver,
    Vessel,
    VesselReadDriver,
    VesselWriteDriver,
)

Attempts = list[Callable[[], object]]
WITH_LOCKS = pytest.mark.parametrize("fleet_server", ["postgresql", "mariadb"], indirect=True)


def badges(session: Session) -> dict[str, tuple[str | None, int | None]]:
    """Return what the session sees of the badges."""
    found = BadgeReadDriver(session).list_all()
    return {badge.code: (badge.label, badge.key) for badge in found}


@pytest.fixture
def gold(session: Session) -> Badge:
    """Return a badge, committed."""
    badge = Badge(code="gold", label="x", key=1)
    session.add(badge)
    session.commit()
    return badge


def test_create_gives_the_object_with_its_key(session: Session) -> None:
    """A new row is flushed, and not committed."""
    fleet = FleetWriteDriver(session).create(name="Ninth")
    assert isinstance(fleet.id, int)
    session.rollback()
    assert session.get(Fleet, fleet.id) is None


def test_create_takes_what_the_model_takes(session: Session) -> None:
    """A relationship is an attribute as well; a default is there after the flush."""
    fleet = FleetWriteDriver(session).create(name="Ninth", vessels=[Vessel(name="Rotarran")])
    assert VesselReadDriver(session).count(fleet_id=fleet.id) == 1
    record = RecordWriteDriver(session).create(number=1)
    assert (record.shade, record.place) == ("grey", "dock")


def test_update_changes_and_flushes(session: Session, gold: Badge) -> None:
    """The changed row is returned; the caller commits."""
    assert BadgeWriteDriver(session).update("gold", label="y") is gold
    assert not session.dirty
    assert badges(session) == {"gold": ("y", 1)}
    session.rollback()
    assert badges(session) == {"gold": ("x", 1)}


def test_an_attribute_may_have_any_name(session: Session, gold: Badge) -> None:
    """A column `key` is no argument of the driver's."""
    BadgeWriteDriver(session).update("gold", key=2)
    assert badges(session) == {"gold": ("x", 2)}


def test_update_of_a_composite_key(session: Session) -> None:
    """A key of several columns is a tuple."""
    driver = SeatWriteDriver(session)
    driver.create(row=1, number=2)
    assert driver.update((1, 2), note="x").note == "x"
    driver.delete((1, 2))
    assert SeatReadDriver(session).count() == 0


def test_what_is_not_there_is_neither_updated_nor_deleted(session: Session) -> None:
    """The error names the row."""
    driver = SeatWriteDriver(session)
    for attempt in (driver.update, driver.delete, driver.get_for_update):
        with pytest.raises(ObjectNotFound) as caught:
            attempt((1, 2))
        assert str(caught.value) == "Seat (1, 2) does not exist"


def test_delete_takes_the_row_away(session: Session, gold: Badge) -> None:
    """It is flushed, and the caller commits."""
    BadgeWriteDriver(session).delete("gold")
    assert badges(session) == {}
    session.rollback()
    assert badges(session) == {"gold": ("x", 1)}


def test_an_unknown_attribute_is_refused(session: Session, gold: Badge) -> None:
    """Each method lists those that there are, and writes nothing."""
    driver = BadgeWriteDriver(session)
    attempts: Attempts = [
        lambda: driver.create(nmae=1),
        lambda: driver.update("gold", nmae=1),
        lambda: driver.update_where({"nmae": 1}, code="gold"),
        lambda: driver.update_where({"label": "y"}, nmae=1),
        lambda: driver.delete_where(nmae=1),
        lambda: driver.upsert(code="gold", nmae=1),
        lambda: driver.upsert(code="gold", on=["nmae"]),
        lambda: driver.upsert_many([{"code": "gold", "nmae": 1}]),
        lambda: driver.create_many([{"nmae": 1}]),
    ]
    for attempt in attempts:
        with pytest.raises(UnknownAttribute) as caught:
            attempt()
        assert str(caught.value) == "Badge has no attribute 'nmae'; known: code, label, key"
    assert badges(session) == {"gold": ("x", 1)}


def test_update_where_changes_what_fits(session: Session) -> None:
    """One statement changes the rows and the objects that the session has; it tells how many."""
    driver = BadgeWriteDriver(session)
    one = driver.create(code="a", label="x", key=1)
    driver.create(code="b", label="x", key=1)
    driver.create(code="c", key=1)
    assert driver.update_where({"label": "y", "key": 2}, label="x") == 2
    assert (one.label, one.key) == ("y", 2)
    assert badges(session) == {"a": ("y", 2), "b": ("y", 2), "c": (None, 1)}
    # A row that has the value already fits as well.
    assert driver.update_where({"label": "y"}, key=[1, 2]) == 3
    assert driver.update_where({"label": "y"}, code="z") == 0


def test_delete_where_deletes_what_fits(session: Session) -> None:
    """It tells how many."""
    driver = BadgeWriteDriver(session)
    for code in "abc":
        driver.create(code=code, label="x" if code < "c" else None)
    assert driver.delete_where(label="x") == 2
    assert driver.delete_where(label="x") == 0
    assert badges(session) == {"c": (None, None)}


def test_every_row_is_not_written_by_mistake(session: Session, gold: Badge) -> None:
    """Without criteria nothing is changed or deleted, and without values nothing either."""
    driver = BadgeWriteDriver(session)
    attempts: Attempts = [driver.delete_where, lambda: driver.update_where({"label": "y"})]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "BadgeWriteDriver: without criteria every row of Badge would be written: "
            "name at least one column"
        )
    with pytest.raises(QaplaError) as caught:
        driver.update_where({}, code="gold")
    assert str(caught.value) == "BadgeWriteDriver: update_where was given no values"
    assert badges(session) == {"gold": ("x", 1)}


def test_upsert_adds_and_then_changes(session: Session) -> None:
    """By the primary key; what is not given stays, and the object of the session is current."""
    driver = BadgeWriteDriver(session)
    badge = driver.upsert(code="gold", label="x", key=1)
    assert (badge.label, badge.key) == ("x", 1)
    assert driver.upsert(code="gold", label="y") is badge
    assert (badge.label, badge.key) == ("y", 1)
    assert badges(session) == {"gold": ("y", 1)}


def test_upsert_by_another_unique_constraint(session: Session) -> None:
    """`on` names its columns, one or several."""
    driver = FleetWriteDriver(session)
    fleet = driver.upsert(name="Ninth", on=["name"])
    assert driver.upsert(name="Ninth", on=["name"]) is fleet
    vessels = VesselWriteDriver(session)
    for crew in (1, 2):
        vessel = vessels.upsert(
            fleet_id=fleet.id, code="a", name="Rotarran", crew=crew, on=["fleet_id", "code"]
        )
        assert vessel.crew == crew
    assert VesselReadDriver(session).count() == 1


def test_upsert_needs_what_tells_the_row(session: Session) -> None:
    """The columns of `on` are given, and have values: NULL is equal to nothing."""
    driver = VesselWriteDriver(session)
    with pytest.raises(QaplaError) as caught:
        driver.upsert(name="Rotarran")
    assert str(caught.value) == (
        "Vessel: id tells whether a row is there, and is not given: "
        "give it, or name other columns in on="
    )
    row: dict[str, Any] = {"name": "x", "fleet_id": 1, "code": None}
    on = ["fleet_id", "code"]
    attempts: Attempts = [
        lambda: driver.upsert(on=on, **row),
        lambda: driver.upsert_many([row], on=on),
    ]
    for attempt in attempts:
        with pytest.raises(QaplaError) as caught:
            attempt()
        assert str(caught.value) == (
            "Vessel: row 0 has no value of code, which tells whether it is there"
        )


def test_upsert_of_another_rows_unique_value(session: Session) -> None:
    """A row that is in the way by another constraint than that of `on` is a duplicate."""
    driver = TreatyWriteDriver(session)
    driver.create(id=1, title="Khitomer")
    driver.create(id=2, title="Organia")
    session.commit()
    with pytest.raises(Duplicate) as caught:
        driver.upsert(id=3, title="Organia")
    assert caught.value.model == "Treaty"
    assert TreatyReadDriver(session).rows("id", "version", title="Organia") == [
        {"id": 2, "version": 1}
    ]


def test_upsert_of_values_of_every_kind(session: Session) -> None:
    """The types of the columns convert, and defaults of Python's fill in for a new row."""
    record = RecordWriteDriver(session).upsert(
        number=1, id=Record.id.default.arg(None), data={"a": 1}, turned="abc"
    )
    assert (record.data, record.turned, record.shade) == ({"a": 1}, "abc", "grey")


def test_upsert_sees_what_is_pending(session: Session) -> None:
    """A new object is flushed first, and a change of an object is not lost."""
    badge = Badge(code="gold", label="x")
    session.add(badge)
    assert BadgeWriteDriver(session).upsert(code="gold", key=2) is badge
    assert (badge.label, badge.key) == ("x", 2)


def test_upsert_many(session: Session, gold: Badge) -> None:
    """Rows that are there are changed, the others are added; objects are current."""
    rows = [{"code": "gold", "label": "y"}, {"code": "tin", "label": "z"}]
    driver = BadgeWriteDriver(session)
    assert driver.upsert_many(iter(rows)) == 2
    assert driver.upsert_many([]) == 0
    assert badges(session) == {"gold": ("y", 1), "tin": ("z", None)}
    assert gold.label == "y"


def test_upsert_many_of_one_row_twice(session: Session) -> None:
    """The last of the rows wins, on every engine."""
    rows = [{"code": "gold", "label": str(n)} for n in range(3)]
    assert BadgeWriteDriver(session).upsert_many(rows) == 3
    assert badges(session) == {"gold": ("2", None)}


def test_upsert_many_of_keys_alone(session: Session, gold: Badge) -> None:
    """Where there is nothing to change a row that is there is left alone."""
    assert BadgeWriteDriver(session).upsert_many([{"code": "gold"}, {"code": "tin"}]) == 2
    assert badges(session) == {"gold": ("x", 1), "tin": (None, None)}


def test_upsert_many_names_a_row_of_other_columns(session: Session) -> None:
    """The columns of the first row are those of all."""
    rows: list[dict[str, object]] = [{"code": "gold", "label": "x"}, {"code": "tin", "key": 1}]
    with pytest.raises(QaplaError) as caught:
        BadgeWriteDriver(session).upsert_many(rows)
    assert str(caught.value) == (
        "Badge: row 1 has code, key, and the first row has code, label: "
        "give every row the same columns"
    )


def test_upsert_many_of_more_than_a_batch(session: Session) -> None:
    """The batches follow each other."""
    rows = ({"row": n, "number": 1, "note": str(n)} for n in range(2500))
    assert SeatWriteDriver(session).upsert_many(rows) == 2500
    assert SeatReadDriver(session).count() == 2500


def treaty(database: Database) -> int:
    """Return the key of a treaty, committed."""
    with database.get_session() as session:
        made = TreatyWriteDriver(session).create(title="Khitomer")
        session.commit()
        return made.id


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
        # The session has rolled back, and reads again what it has.
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
    assert TreatyReadDriver(session).get_by_id(key).title == "Organia"


def test_an_expected_version_is_compared_with_the_row(fleet: Database, session: Session) -> None:
    """An object that the session has kept is not what counts."""
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


def test_writes_without_an_object_make_what_changes_with_each(session: Session) -> None:
    """What the model sets with an update is set by criteria and by upsert too."""
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
    """What the session had of it does not count."""
    key = treaty(fleet)
    kept = TreatyReadDriver(session).get_by_id(key)
    with fleet.get_session() as other:
        TreatyWriteDriver(other).update(key, title="Organia")
        other.commit()
    assert TreatyWriteDriver(session).get_for_update(key) is kept
    assert (kept.title, kept.version) == ("Organia", 2)


def test_what_is_pending_survives_a_lock(fleet: Database, session: Session) -> None:
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
