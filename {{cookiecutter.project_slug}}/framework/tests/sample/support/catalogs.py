"""The schema of a database as its own catalogs have it, to compare two databases."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text

from qapla.database.database import Database

# The columns, constraints, indexes, comments, types and sequences of PostgreSQL.
_POSTGRESQL = (
    """
    SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull,
           attidentity, attgenerated, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid
    AND adnum = attnum WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0
    """,
    """
    SELECT coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text), conname,
           pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'x'
    """,
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT relname, obj_description(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    """,
    "SELECT enumtypid::regtype::text, enumlabel, enumsortorder FROM pg_enum",
    "SELECT typname, format_type(typbasetype, typtypmod) FROM pg_type WHERE typname = 'email'",
    """
    SELECT seqrelid::regclass::text, seqstart, seqincrement, seqcycle FROM pg_sequence
    """,
)
_SQLITE = (
    """
    SELECT name, upper(type), max("notnull", pk > 0), trim(dflt_value, '()'), pk, hidden
    FROM pragma_table_xinfo(:table)
    """,
    """
    SELECT l.origin, l."unique", l.partial, group_concat(i.name)
    FROM pragma_index_list(:table) l, pragma_index_info(l.name) i GROUP BY l.seq
    """,
    'SELECT "table", "from", on_update, on_delete FROM pragma_foreign_key_list(:table)',
)


def catalogs(database: Database, tables: set[str]) -> set[tuple[object, ...]]:
    """Return the facts that the catalogs of a database have about tables."""
    with database.engine.connect() as connection:
        reader = {"postgresql": _postgresql, "mysql": _mariadb, "sqlite": _sqlite}
        found = set(reader[connection.dialect.name](connection, tables))
    database.dispose()
    return found


def _postgresql(connection: Connection, tables: set[str]) -> Iterator[tuple[object, ...]]:
    others = set(inspect(connection).get_table_names()) - tables
    for query in _POSTGRESQL:
        for row in connection.execute(text(query)):
            if str(row[0]).strip('"') not in others and "_excl" not in str(row[1]):
                yield tuple(row)


def _mariadb(connection: Connection, tables: set[str]) -> Iterator[tuple[object, ...]]:
    for table in tables:
        created = connection.exec_driver_sql(f"SHOW CREATE TABLE `{table}`").one()[1]
        for line in created.splitlines():
            written = re.sub(r" AUTO_INCREMENT=\d+|,$", "", line.strip())
            # The check of a column, which is one of the table otherwise.
            check = re.fullmatch(r"(`(\w+)` (?!longtext).*) CHECK (\(.*\))", written)
            if check:
                yield table, check[1]
                yield table, f"CONSTRAINT `{check[2]}` CHECK {check[3]}"
            else:
                yield table, written


def _sqlite(connection: Connection, tables: set[str]) -> Iterator[tuple[object, ...]]:
    for table in tables:
        sql = connection.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table}
        )
        options = re.findall(r"AUTOINCREMENT|STRICT|WITHOUT ROWID|CHECK", str(sql))
        yield table, *sorted(options)
        for query in _SQLITE:
            for row in connection.execute(text(query), {"table": table}):
                yield table, *row
