"""Empty a database that a test has written to for real, in milliseconds.

Only the tables that have rows are touched, and the counters of their keys begin anew. What
migrations themselves have put into tables would be lost: such a database is not *plain*.
"""

from collections.abc import Callable

from sqlalchemy import Connection, text

from qapla.exceptions import WrongDatabase

# How long a lock of another process is waited for; then the database is made anew, by force.
_PATIENCE = 3
_KEPT = "alembic_version"

# Each row has the database that the connection is in, and there is one without a table too.
_POSTGRESQL_TABLES = """
    SELECT current_database(), t.name FROM (SELECT 1) one LEFT JOIN (
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname <> 'information_schema'
    AND n.nspname NOT LIKE 'pg\\_%' AND c.relname <> :kept) t ON true
"""
_SQLITE_TABLES = """
    SELECT NULL, '"' || replace(name, '"', '""') || '"' FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> :kept
"""
_MARIADB_NAMES = """
    SELECT concat('`', replace(table_name, '`', '``'), '`') AS name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name <> :kept
"""
_MARIADB_TABLES = f"""
    SELECT DATABASE(), t.name FROM (SELECT 1) one LEFT JOIN ({_MARIADB_NAMES}) t ON true
"""
# Sequences that were used, with where they start.
_POSTGRESQL_USED = "FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
_MARIADB_USED = " AND auto_increment > 1"


def is_plain(connection: Connection) -> bool:
    """Whether a database that was just migrated is the same again once it is emptied."""
    if _tables_with_rows(connection):
        return False
    found = connection.scalar(text(_NOT_PLAIN[_dialect(connection)]))
    connection.rollback()
    return not found


def empty(connection: Connection) -> None:
    """Delete every row of a plain database, and let its keys count from the start.

    Raises:
        WrongDatabase: A test has left the connection in another database than that of its URL.
    """
    dialect = _dialect(connection)
    if dialect == "postgresql":
        # Before anything, as a lock may keep even a look at the tables waiting.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE * 1000:.0f}ms'")
    _EMPTY[dialect](connection, _tables_with_rows(connection))


def _dialect(connection: Connection) -> str:
    return connection.dialect.name.replace("mariadb", "mysql")


def _tables_with_rows(connection: Connection) -> list[str]:
    name = str(connection.engine.url.database)
    listed = connection.execute(text(_TABLES[_dialect(connection)]), {"kept": _KEPT}).all()
    for here in {here for here, _ in listed if here is not None}:
        # A server may keep names in small letters alone.
        if here.lower() != name.lower():
            raise WrongDatabase(
                f"a connection to the database {name!r} is in {here!r}, which is not emptied: look "
                "for the test that sends `USE`"
            )
    tables = [table for _, table in listed if table is not None]
    queries = [
        f"SELECT {number} FROM (SELECT 1 AS one) x WHERE EXISTS (SELECT 1 FROM {table})"
        for number, table in enumerate(tables)
    ]
    if not queries:
        return []
    query = _for_driver(connection, " UNION ALL ".join(queries))
    return [tables[number] for (number,) in connection.exec_driver_sql(query)]


def _for_driver(connection: Connection, sql: str) -> str:
    """Return a statement with names in it as the driver reads it, some of which format."""
    formats = connection.dialect.paramstyle in ("format", "pyformat")
    return sql.replace("%", "%%") if formats else sql


def _empty_postgresql(connection: Connection, tables: list[str]) -> None:
    """Delete in one statement, at whose end foreign keys are checked, so that no order is needed.

    TRUNCATE would wait for the disk. ONLY, as a child of a table may be foreign, with rows that are
    in another database.
    Source: PostgreSQL, "WITH Queries: Data-Modifying Statements in WITH".
    """
    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    if tables:
        deletes = [
            f"d{number} AS (DELETE FROM ONLY {table})" for number, table in enumerate(tables)
        ]
        connection.exec_driver_sql(_for_driver(connection, f"WITH {', '.join(deletes)} SELECT 1"))
    connection.execute(
        text(f"SELECT setval(seqrelid::regclass, seqstart, false) {_POSTGRESQL_USED}")
    )
    connection.commit()


def _empty_sqlite(connection: Connection, tables: list[str]) -> None:
    connection.rollback()
    raw = connection.connection.cursor()
    # The pragma works only outside a transaction.
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        for table in tables:
            connection.exec_driver_sql(f"DELETE FROM {table}")
        if connection.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")):
            connection.execute(text("DELETE FROM sqlite_sequence"))
        connection.commit()
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")
        raw.close()


def _empty_mariadb(connection: Connection, tables: list[str]) -> None:
    for table in tables:
        quoted = _for_driver(connection, table)
        connection.exec_driver_sql(
            f"SET STATEMENT foreign_key_checks = 0, innodb_lock_wait_timeout = {_PATIENCE} "
            f"FOR DELETE FROM {quoted}"
        )
    connection.commit()
    counted = connection.scalars(text(_MARIADB_NAMES + _MARIADB_USED), {"kept": _KEPT})
    for table in list(counted):
        quoted = _for_driver(connection, table)
        connection.exec_driver_sql(
            f"SET STATEMENT lock_wait_timeout = {_PATIENCE} "
            f"FOR ALTER TABLE {quoted} AUTO_INCREMENT = 1"
        )
    connection.commit()


_TABLES = {
    "postgresql": _POSTGRESQL_TABLES,
    "sqlite": _SQLITE_TABLES,
    "mysql": _MARIADB_TABLES,
}
# Counters that migrations have moved, copies of rows, triggers and rules that would write while rows
# are deleted, and tables whose rows are in another database.
_NOT_PLAIN = {
    "postgresql": (
        f"SELECT 1 {_POSTGRESQL_USED} UNION SELECT 1 FROM pg_class WHERE relkind = 'm' UNION "
        # The bit 8 is a trigger's on DELETE.
        "SELECT 1 FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 8 = 8 UNION "
        "SELECT 1 FROM pg_rewrite WHERE ev_type = '4' LIMIT 1"
    ),
    "sqlite": (
        "SELECT 1 FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1"
    ),
    "mysql": (
        "SELECT 1 FROM information_schema.triggers WHERE trigger_schema = DATABASE() UNION "
        "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() "
        "AND (auto_increment > 1 OR table_type NOT IN ('BASE TABLE', 'VIEW') "
        "OR engine IN ('MRG_MyISAM', 'FEDERATED', 'CONNECT', 'SPIDER', 'S3')) LIMIT 1"
    ),
}
_EMPTY: dict[str, Callable[[Connection, list[str]], None]] = {
    "postgresql": _empty_postgresql,
    "sqlite": _empty_sqlite,
    "mysql": _empty_mariadb,
}
