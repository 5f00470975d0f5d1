"""Test databases from templates: migrated once, cloned as often as needed, never stale."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from qapla.database.database import Database
from qapla.testing.provisioning.digest import digest_of
from qapla.testing.provisioning.provision import Mode, provision

from support.provisioning import remove, tables, templates, use

Place = Callable[..., Database]

Migrated = list[str]

# The tables of the sample's migrations.
MIGRATED = {"alembic_version", "inbox_messages", "outbox_messages", "ships"}

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

CLONING = pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)


@EVERY
def test_a_prepared_database_is_as_migrated(place: Place) -> None:
    """Whatever the last run has left, rows and tables, is gone."""
    database = place("qapla 100% prepared_test")
    for _ in range(2):
        provision(database, Mode())
        assert tables(database) == MIGRATED
        with database.get_session() as session:
            assert session.scalar(text("SELECT count(*) FROM ships")) == 0
        use(database, "INSERT INTO ships (id, name) VALUES (1, 'Rotarran')")
        use(database, "CREATE TABLE left_over (id INTEGER)")


@CLONING
def test_unchanged_migrations_run_once(place: Place, migrated: Migrated) -> None:
    """The first run migrates a template; the next ones, and other workers, clone it."""
    database, worker = place("qapla_once_test"), place("qapla_once_test_gw1")
    remove(database)
    for made in (database, worker, database):
        provision(made, Mode())
    (template,) = migrated
    assert templates(database) == [Path(template).stem]
    assert Path(template).stem == f"qapla_once_test_template_{digest_of(database)[:8]}"


@CLONING
def test_a_run_on_its_own_migrates_its_own_database(place: Place, migrated: Migrated) -> None:
    """A template is made when a second database is needed."""
    database, worker = place("qapla_alone_test"), place("qapla_alone_test_gw1")
    remove(database)
    provision(database, Mode(alone=True))
    assert migrated == [database.target.url.database]
    assert templates(database) == []
    provision(worker, Mode())
    assert len(migrated) == 2
    assert len(templates(database)) == 1


@CLONING
@pytest.mark.parametrize("alone", [True, False])
def test_the_next_run_empties_the_database(place: Place, migrated: Migrated, alone: bool) -> None:
    """Neither migrations nor a template are needed, and keys count from the start."""
    database = place("qapla_emptied_test")
    remove(database)
    provision(database, Mode(alone=alone))
    for name in templates(database):
        database.server.for_database(name).drop()
    use(database, "INSERT INTO ships (name) VALUES ('Rotarran')")
    migrated.clear()
    assert provision(database, Mode(alone=alone)).resettable
    assert migrated == []
    use(database, "INSERT INTO ships (name) VALUES ('Bortas')")
    with database.get_session() as session:
        assert session.execute(text("SELECT id, name FROM ships")).all() == [(1, "Bortas")]


@CLONING
@pytest.mark.parametrize("alone", [True, False])
def test_a_schema_that_was_changed_by_hand_is_made_anew(place: Place, alone: bool) -> None:
    """The changes of a developer by hand are in no later run."""
    database = place("qapla_tried_test")
    provision(database, Mode(alone=alone))
    use(database, "CREATE INDEX tried ON ships (name)")
    provision(database, Mode(alone=alone))
    indexes = {index["name"] for index in inspect(database.engine).get_indexes("ships")}
    database.dispose()
    assert "tried" not in indexes


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_other_connections_to_a_database_are_cut_off(place: Place) -> None:
    """A process that an earlier run has left would write between the tests of this one."""
    database = place("qapla_left_test")
    provision(database, Mode())
    left = database.at(database.target)
    with left.engine.connect() as connection:
        provision(database, Mode())
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    left.dispose()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
@pytest.mark.parametrize("alone", [True, False])
def test_a_test_database_does_not_wait_for_the_disk(place: Place, alone: bool) -> None:
    """If the machine stops, the database is made anew anyway."""
    database = place("qapla_quick_test")
    remove(database)
    provision(database, Mode(alone=alone))
    with database.get_session() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "off"


@pytest.mark.parametrize("place", ["mariadb"], indirect=True)
def test_mariadb_is_migrated_each_time(place: Place, migrated: Migrated) -> None:
    """It clones no databases, so that each one is migrated."""
    database = place("qapla_each_test")
    for _ in range(2):
        provision(database, Mode())
    assert migrated == [database.target.url.database] * 2
