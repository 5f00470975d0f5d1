"""The fingerprint of a schema: another one after each change, and after nothing else."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from qapla.database.database import Database
from qapla.database.dialects import dialect_of

EVERY = ["postgresql", "sqlite"]
ON_EVERY = [
    "CREATE TABLE more (id INTEGER)",
    "CREATE INDEX by_hand ON ships (name)",
    "ALTER TABLE ships ADD COLUMN more INTEGER",
    "DROP TABLE outbox_messages",
    "UPDATE alembic_version SET version_num = 'stamped'",
]
ON_POSTGRESQL = [
    "ALTER TABLE ships ALTER COLUMN name DROP NOT NULL",
    "ALTER TABLE ships ADD CONSTRAINT named CHECK (name <> '')",
    "CREATE TYPE kind AS ENUM ('bird', 'prey')",
    "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "COMMENT ON TABLE ships IS 'changed'",
    "GRANT SELECT ON ships TO PUBLIC",
    "ALTER SEQUENCE ships_id_seq INCREMENT 2",
    # Into catalogs that were empty.
    "SELECT lo_create(0)",
    "CREATE POLICY mine ON ships USING (true)",
    "ALTER DATABASE qapla_fingerprint_test SET work_mem = '8MB'",
    "TRUNCATE ships",
]


@pytest.fixture
def database(place: Callable[..., Database]) -> Database:
    """Return a database that is made anew for each test."""
    made = place("qapla_fingerprint_test")
    made.recreate()
    return made


def changing(database: Database, *statements: str) -> list[str]:
    """Return the statements that change the fingerprint, each in a transaction of its own."""
    autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    found = []
    with autocommit.connect() as connection:
        for statement in statements:
            before = dialect_of(connection.dialect.name).fingerprint(connection)
            connection.execute(text(statement))
            if dialect_of(connection.dialect.name).fingerprint(connection) != before:
                found.append(statement)
    return found


@pytest.mark.parametrize("place", EVERY, indirect=True)
def test_a_change_of_the_schema_changes_it(database: Database) -> None:
    """Whatever kind of object is made, changed or dropped."""
    specific = ON_POSTGRESQL if database.target.url.get_backend_name() == "postgresql" else []
    statements = [*ON_EVERY, *specific]
    assert changing(database, *statements) == statements


@pytest.mark.parametrize("place", EVERY, indirect=True)
def test_rows_do_not_change_it(database: Database) -> None:
    """Neither do counters."""
    insert = "INSERT INTO ships (name) VALUES ('Rotarran')"
    assert changing(database, insert, "DELETE FROM ships", insert) == []
    with database.engine.connect() as connection:
        before = dialect_of(connection.dialect.name).fingerprint(connection)
        dialect_of(connection.dialect.name).delete_all_rows(connection)
        assert dialect_of(connection.dialect.name).fingerprint(connection) == before


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_vacuum_does_not_change_it(database: Database) -> None:
    """It writes to the catalog, but no new version of a row."""
    assert changing(database, "VACUUM (FREEZE, ANALYZE)") == []


@pytest.mark.parametrize("place", ["mariadb"], indirect=True)
def test_there_is_none_on_mariadb(database: Database) -> None:
    """Nothing there tells of every change."""
    with database.engine.connect() as connection:
        assert dialect_of(connection.dialect.name).fingerprint(connection) == ""
