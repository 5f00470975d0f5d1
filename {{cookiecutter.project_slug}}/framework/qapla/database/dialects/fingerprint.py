"""Whether the schema of a database is still what its migrations have made.

On PostgreSQL whatever changes a schema writes a row of a catalog, and each version of a row has a
place and a transaction of its own. Emptying tables, counting from the start and vacuuming write none.
Source: PostgreSQL, "System Columns" and "System Catalogs"; SQLite, "PRAGMA schema_version".
"""

from sqlalchemy import Connection, text

# Without those of statistics, those of the whole server, and empty ones, as each takes time to open;
# with the table of the revision.
_CATALOGS = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared
    AND pg_relation_size(oid) > 0 AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data')
    AND has_table_privilege(oid, 'SELECT') OR relname = 'alembic_version' AND relkind = 'r'
"""
_ROWS = """
    SELECT hashtidextended(ctid, hashint8extended(xmin::text::bigint, tableoid::bigint)) AS hash
    FROM {}
"""
_SETTINGS = """
    SELECT hashtextextended(setrole || ' ' || setconfig::text, 0) FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def fingerprint(connection: Connection) -> str:
    """Return what is another one after each change of the schema, and the same in a clone.

    It is empty on MariaDB, where nothing tells as much.
    """
    if connection.dialect.name == "sqlite":
        return _fingerprint_sqlite(connection)
    if connection.dialect.name != "postgresql":
        return ""
    rows = [_ROWS.format(name) for name in connection.scalars(text(_CATALOGS))]
    # A sum, as the rows are in no order.
    query = f"SELECT sum(hash) FROM ({' UNION ALL '.join([*rows, _SETTINGS])}) AS catalogs"
    return str(connection.scalar(text(query)))


def _fingerprint_sqlite(connection: Connection) -> str:
    schema = connection.scalar(text("PRAGMA schema_version"))
    if not connection.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")):
        return str(schema)
    revisions = text("SELECT group_concat(version_num) FROM alembic_version")
    return f"{schema} {connection.scalar(revisions)}"
