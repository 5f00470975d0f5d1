"""Delete all rows of a SQLite database, and notice changes of its schema.

Source: SQLite, "PRAGMA schema_version".
"""

from sqlalchemy import Connection, text

from qapla.database.dialects.rows import is_resettable, tables_with_rows
from qapla.database.dialects.sqlite.engine import foreign_keys_off

_TABLES = """
    SELECT NULL, '"' || replace(name, '"', '""') || '"' FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> :kept
"""
# Triggers and virtual tables: emptying tables would not restore these.
_NOT_RESETTABLE = (
    "SELECT 1 FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1"
)


def can_be_reset(connection: Connection) -> bool:
    """Whether deleting all rows restores the freshly migrated state."""
    return is_resettable(connection, _TABLES, _NOT_RESETTABLE)


def delete_all_rows(connection: Connection) -> None:
    """Delete the rows of each table, and let its key count from the start."""
    tables = tables_with_rows(connection, _TABLES)
    connection.rollback()
    with foreign_keys_off(connection):
        for table in tables:
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 (quoted names)
        if connection.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")):
            connection.execute(text("DELETE FROM sqlite_sequence"))
        connection.commit()


def fingerprint(connection: Connection) -> str:
    """Return the version of the schema, and the revisions that migrations have reached."""
    schema = connection.scalar(text("PRAGMA schema_version"))
    if not connection.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")):
        return str(schema)
    revisions = text("SELECT group_concat(version_num) FROM alembic_version")
    return f"{schema} {connection.scalar(revisions)}"
