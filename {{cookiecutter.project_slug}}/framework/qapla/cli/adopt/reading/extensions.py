"""The extensions of PostgreSQL that columns and indexes need.

Source: PostgreSQL, "pg_depend".
"""

from sqlalchemy import Connection, MetaData, text

from qapla.cli.adopt.reading import find_table

# The key of a table's `info` that lists their names.
EXTENSIONS = "extensions"
# The types of columns, of their elements and of domains over them, and the functions in their defaults;
# the operator classes of indexes, and the functions in their expressions.
_MEMBERS = """
    WITH member AS (
        SELECT m.classid, m.objid, e.extname FROM pg_depend m
        JOIN pg_extension e ON m.refclassid = 'pg_extension'::regclass AND e.oid = m.refobjid
        WHERE m.deptype = 'e'
    )
    SELECT n.nspname, c.relname, a.attname, m.extname FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid IN (t.oid, t.typelem, t.typbasetype)
    UNION SELECT n.nspname, c.relname, a.attname, m.extname FROM pg_attrdef f
    JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    JOIN pg_class c ON c.oid = f.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
    JOIN member m ON m.classid = d.refclassid AND m.objid = d.refobjid
    UNION SELECT n.nspname, c.relname, o.relname, m.extname FROM pg_index i
    JOIN pg_class o ON o.oid = i.indexrelid
    JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = o.oid
    JOIN member m ON m.classid = d.refclassid AND m.objid = d.refobjid
    ORDER BY 1, 2, 4
"""


def add_extensions(connection: Connection, metadata: MetaData) -> None:
    """List the extensions of each table in its `info`."""
    for schema, name, part, extension in connection.execute(text(_MEMBERS)):
        table = find_table(connection, metadata, schema, name)
        if table is None:
            continue
        if part in table.columns or part in {index.name for index in table.indexes}:
            known = table.info.setdefault(EXTENSIONS, [])
            known += [extension] if extension not in known else []
