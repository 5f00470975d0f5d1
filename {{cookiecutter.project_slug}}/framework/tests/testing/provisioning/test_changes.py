"""Migrations that change between runs, and the options of a run."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from qapla.database.database import Database
from qapla.database.dialects.label import DIRTY
from qapla.database.places.urls import name_of
from qapla.exceptions import NotDroppable
from qapla.testing.provisioning.digest import digest_of
from qapla.testing.provisioning.provision import Mode, provision

from support.provisioning import remove, tables, templates, use

Place = Callable[..., Database]

Migrated = list[str]

# The tables of the sample's migrations.
MIGRATED = {"alembic_version", "inbox_messages", "outbox_messages", "ships"}

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

CLONING = pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)


@pytest.fixture
def changeable(place: Place, tmp_path: Path) -> Iterator[Database]:
    """Return a test database whose migrations a test may change."""
    database = place("qapla_changed_test")
    migrations = Path(shutil.copytree(database.migrations.directory, tmp_path / "migrations"))
    changed = database.at(replace(database.target, migrations=migrations))
    yield changed
    remove(changed)


def change(database: Database) -> None:
    """Add a table to the first revision."""
    (revision,) = (database.migrations.directory / "versions").glob("0001*.py")
    table = 'op.create_table("more", sa.Column("id", sa.Integer()))\n    op.create_table('
    revision.write_text(revision.read_text().replace("op.create_table(", table, 1))


@EVERY
@pytest.mark.parametrize("reuse", [True, False])
def test_a_change_of_a_migration_is_noticed(changeable: Database, reuse: bool) -> None:
    """The database has the tables of the new migrations, and the old template is removed."""
    provision(changeable, Mode())
    before = templates(changeable)
    change(changeable)
    provision(changeable, Mode(reuse=reuse))
    assert tables(changeable) == {*MIGRATED, "more"}
    after = templates(changeable)
    assert len(after) == len(before) <= 1
    assert not set(after) & set(before)


@CLONING
def test_old_templates_are_removed_where_none_is_made(changeable: Database) -> None:
    """A run on its own needs none of its migrations, and nobody needs the old one."""
    provision(changeable, Mode())
    change(changeable)
    provision(changeable, Mode(alone=True))
    assert templates(changeable) == []


@CLONING
def test_templates_of_another_kind_of_server_are_others(place: Place) -> None:
    """The same migrations may do other things there."""
    database = place("qapla_kind_test")
    elsewhere = replace(database.target, url=make_url("mysql+pymysql://localhost/qapla_kind_test"))
    assert digest_of(database) != digest_of(database.at(elsewhere))


@CLONING
def test_only_templates_of_the_database_are_removed(changeable: Database, place: Place) -> None:
    """A name that only looks alike, or is another database's, stays."""
    others = [
        place(name)
        for name in (
            "qapla_changed_test_template_backup",
            "qapla_changed_test_template_0123456789",
            "qapla_changed_too_test_template_01234567",
            "qapla_changed_test_gw1",
        )
    ]
    for other in others:
        other.create()
    provision(changeable, Mode())
    change(changeable)
    provision(changeable, Mode())
    provision(changeable, Mode(recreate=True, alone=True))
    assert all(other.exists() for other in others)


@EVERY
def test_reuse_keeps_a_clean_database(place: Place, migrated: Migrated) -> None:
    """A clean database of the last run is used as it is, and nothing is made."""
    database = place("qapla_reused_test")
    provision(database, Mode())
    use(database, "CREATE TABLE sign (id INTEGER)")
    migrated.clear()
    provision(database, Mode(reuse=True))
    assert migrated == []
    assert "sign" in tables(database)


@EVERY
def test_reuse_makes_a_dirty_database_anew(place: Place) -> None:
    """A database with this label was left in the middle of something."""
    database = place("qapla_unclean_test")
    provision(database, Mode())
    use(database, "CREATE TABLE sign (id INTEGER)")
    database.server.set_label(DIRTY)
    provision(database, Mode(reuse=True))
    assert "sign" not in tables(database)
    database.drop()
    provision(database, Mode(reuse=True))
    assert "ships" in tables(database)


@EVERY
@pytest.mark.parametrize("reuse", [True, False])
def test_recreate_migrates_from_scratch(place: Place, migrated: Migrated, reuse: bool) -> None:
    """The template is made anew, once in a run, whatever other options there are."""
    database = place("qapla_scratch_test")
    remove(database)
    provision(database, Mode())
    migrated.clear()
    mode = Mode(recreate=True, reuse=reuse, run="one")
    provision(database, mode)
    assert len(migrated) == 1
    if database.server.clones:
        provision(database, mode)
        assert len(migrated) == 1
    provision(database, replace(mode, run="another"))
    assert len(migrated) == 2


@CLONING
def test_a_template_that_was_left_half_made_is_made_again(place: Place) -> None:
    """A migration that fails, or a run that is killed, leaves a template that is not clean."""
    database = place("qapla_half_test")
    remove(database)
    half = f"qapla_half_test_template_{digest_of(database)[:8]}"
    database.server.for_database(half).create(for_tests=True)
    provision(database, Mode())
    assert "ships" in tables(database)


@CLONING
def test_a_failed_migration_leaves_no_template(changeable: Database, migrated: Migrated) -> None:
    """The next run fails as well, until the migration is mended."""
    (revision,) = (changeable.migrations.directory / "versions").glob("0001*.py")
    source = revision.read_text()
    revision.write_text(source.replace("sa.Column", "sa.Colum"))
    for _ in range(2):
        with pytest.raises(AttributeError):
            provision(changeable, Mode())
    revision.write_text(source)
    provision(changeable, Mode())
    assert "ships" in tables(changeable)


@CLONING
def test_workers_that_start_together_migrate_once(place: Place, migrated: Migrated) -> None:
    """One makes the template, and the others wait for it."""
    workers = [place(f"qapla_together_test_gw{number}") for number in range(4)]
    remove(workers[0])
    together = threading.Barrier(4, timeout=20)

    def work(database: Database) -> None:
        together.wait()
        provision(database, Mode())

    threads = [threading.Thread(target=work, args=[database]) for database in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(migrated) == 1
    assert all("ships" in tables(database) for database in workers)


@EVERY
@pytest.mark.parametrize("mode", [Mode(), Mode(reuse=True), Mode(recreate=True)])
def test_another_database_is_refused(place: Place, mode: Mode) -> None:
    """Nothing is dropped, and nothing is made beside it."""
    database = place("qapla_production")
    database.create()
    with pytest.raises(NotDroppable) as caught:
        provision(database, mode)
    assert str(caught.value) == (
        f"database 'main': {name_of(database.target.url)!r} is not dropped, as its name does not end in '_test': "
        "call run_tests() to work on the test databases"
    )
    assert database.exists()
    assert templates(database) == []


@EVERY
@pytest.mark.parametrize("alone", [True, False])
def test_databases_whose_migrations_fill_tables_are_told(
    changeable: Database, migrated: Migrated, alone: bool
) -> None:
    """Emptying them would lose the rows of the migrations, so that they are cloned."""
    assert provision(changeable, Mode()).resettable
    (revision,) = (changeable.migrations.directory / "versions").glob("0001*.py")
    insert = "\n    op.execute(\"INSERT INTO ships VALUES (1, 'Rotarran')\")\n\n\ndef downgrade"
    revision.write_text(revision.read_text().replace("\n\n\ndef downgrade", insert))
    migrated.clear()
    for _ in range(2):
        assert not provision(changeable, Mode(alone=alone)).resettable
        with changeable.get_session() as session:
            assert session.scalars(text("SELECT name FROM ships")).all() == ["Rotarran"]
        use(changeable, "UPDATE ships SET name = 'Bortas'")
    assert not provision(changeable, Mode(reuse=True)).resettable
    assert len(migrated) == (1 if changeable.server.clones else 2)
