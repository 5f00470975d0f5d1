"""Delete all rows of a PostgreSQL database in milliseconds, and notice changes of its schema.

On PostgreSQL whatever changes a schema writes a row of a catalog, and each version of a row has a
place and a transaction of its own. Emptying tables, counting from the start and vacuuming write none.
Source: PostgreSQL, "System Columns" and "System Catalogs".
"""

from sqlalchemy import Connection, text

from qapla.database.dialects.rows import PATIENCE, for_driver, is_resettable, tables_with_rows

# Each row has the database that the connection is in, and there is one without a table too.
_TABLES = """
    SELECT current_database(), t.name FROM (SELECT 1) one LEFT JOIN (
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname <> 'information_schema'
    AND n.nspname NOT LIKE 'pg\\_%' AND c.relname <> :kept) t ON true
"""
# Sequences that were used, with where they start.
_USED = "FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
# Used sequences, materialised views, triggers on DELETE (bit 8), and rules: emptying tables would not
# restore these.
_NOT_RESETTABLE = f"""
    SELECT 1 {_USED} UNION SELECT 1 FROM pg_class WHERE relkind = 'm' UNION
    SELECT 1 FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 8 = 8 UNION
    SELECT 1 FROM pg_rewrite WHERE ev_type = '4' LIMIT 1
"""  # noqa: S608 (a constant)
# Without those of statistics, those of the whole server, and empty ones, as each takes time to open;
# with the table of the revision.
_CATALOGS = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared
    AND pg_relation_size(oid) > 0 AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data')
    AND has_table_privilege(oid, 'SELECT') OR relname = 'alembic_version' AND relkind = 'r'
"""
_VERSIONS = """
    SELECT hashtidextended(ctid, hashint8extended(xmin::text::bigint, tableoid::bigint)) AS hash
    FROM {}
"""
_SETTINGS = """
    SELECT hashtextextended(setrole || ' ' || setconfig::text, 0) FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def can_be_reset(connection: Connection) -> bool:
    """Whether deleting all rows restores the freshly migrated state."""
    return is_resettable(connection, _TABLES, _NOT_RESETTABLE)


def delete_all_rows(connection: Connection) -> None:
    """Delete in one statement, at whose end foreign keys are checked, so that no order is needed.

    TRUNCATE would wait for the disk. ONLY, as a child of a table may be foreign, with rows that are
    in another database.
    Source: PostgreSQL, "WITH Queries: Data-Modifying Statements in WITH".
    """
    # Before anything, as a lock may keep even a look at the tables waiting.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE * 1000:.0f}ms'")
    tables = tables_with_rows(connection, _TABLES)
    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    if tables:
        deletes = [
            f"d{number} AS (DELETE FROM ONLY {table})"  # noqa: S608 (quoted names)
            for number, table in enumerate(tables)
        ]
        connection.exec_driver_sql(for_driver(connection, f"WITH {', '.join(deletes)} SELECT 1"))
    connection.execute(text(f"SELECT setval(seqrelid::regclass, seqstart, false) {_USED}"))
    connection.commit()


def fingerprint(connection: Connection) -> str:
    """Return the sum of the versions of all rows of the catalogs, as they are in no order."""
    versions = [_VERSIONS.format(name) for name in connection.scalars(text(_CATALOGS))]
    catalogs = " UNION ALL ".join([*versions, _SETTINGS])
    return str(connection.scalar(text(f"SELECT sum(hash) FROM ({catalogs}) AS catalogs")))  # noqa: S608 (catalogs)
