"""Delete all rows of a MariaDB database in milliseconds."""

from sqlalchemy import Connection, text

from qapla.database.dialects.rows import KEPT, PATIENCE, for_driver, is_resettable, tables_with_rows

_NAMES = """
    SELECT concat('`', replace(table_name, '`', '``'), '`') AS name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name <> :kept
"""
# Each row has the database that the connection is in, and there is one without a table too.
_TABLES = f"SELECT DATABASE(), t.name FROM (SELECT 1) one LEFT JOIN ({_NAMES}) t ON true"  # noqa: S608 (a constant)
_COUNTED = f"{_NAMES} AND auto_increment > 1"
# Triggers, counters that migrations have moved, sequences, and tables whose rows are elsewhere:
# emptying tables would not restore these.
_NOT_RESETTABLE = """
    SELECT 1 FROM information_schema.triggers WHERE trigger_schema = DATABASE() UNION
    SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE()
    AND (auto_increment > 1 OR table_type NOT IN ('BASE TABLE', 'VIEW')
    OR engine IN ('MRG_MyISAM', 'FEDERATED', 'CONNECT', 'SPIDER', 'S3')) LIMIT 1
"""


def can_be_reset(connection: Connection) -> bool:
    """Whether deleting all rows restores the freshly migrated state."""
    return is_resettable(connection, _TABLES, _NOT_RESETTABLE)


def delete_all_rows(connection: Connection) -> None:
    """Delete the rows of each table, and let its key count from the start."""
    for table in tables_with_rows(connection, _TABLES):
        connection.exec_driver_sql(
            f"SET STATEMENT foreign_key_checks = 0, innodb_lock_wait_timeout = {PATIENCE} "  # noqa: S608 (quoted names)
            f"FOR DELETE FROM {for_driver(connection, table)}"
        )
    connection.commit()
    for table in connection.scalars(text(_COUNTED), KEPT).all():
        connection.exec_driver_sql(
            f"SET STATEMENT lock_wait_timeout = {PATIENCE} "
            f"FOR ALTER TABLE {for_driver(connection, table)} AUTO_INCREMENT = 1"
        )
    connection.commit()
