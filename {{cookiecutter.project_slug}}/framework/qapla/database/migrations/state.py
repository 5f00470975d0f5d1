"""The revisions that the code needs, and those that a database has; nothing is written.

Source: Alembic, "Migration Context" and "Environment Context: offline mode".
"""

import threading
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

if TYPE_CHECKING:
    from qapla.database.database import Database

# Alembic keeps the environment that runs in a module-level proxy: one at a time.
environment_lock = threading.Lock()


@dataclass(frozen=True)
class Needed:
    """The revisions of the files, and the table that records those that are applied.

    Args:
        heads: The newest revisions.
        known: All revisions.
        table: The name of the table of revisions, and its schema.
    """

    heads: frozenset[str]
    known: frozenset[str]
    table: tuple[str, str | None]


def needed(database: "Database") -> Needed:
    """Return the revisions of a database's files; nothing connects.

    The environment of the migrations says where the revisions are recorded: it is asked offline.
    """
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = database.migrations.config()
    config.output_buffer = StringIO()
    script = ScriptDirectory.from_config(config)
    tables: list[tuple[str, str | None]] = []

    def collect(revisions: Any, context: MigrationContext) -> list[Any]:
        tables.append((context.version_table, context.version_table_schema))
        return []

    with (
        environment_lock,
        EnvironmentContext(config, script, fn=collect, as_sql=True, dont_mutate=True),
    ):
        script.run_env()
    known = frozenset(revision.revision for revision in script.walk_revisions())
    return Needed(frozenset(script.get_heads()), known, tables[0])


def applied(connection: Connection, needed: Needed) -> frozenset[str]:
    """Return the newest revisions that are applied to the database of a connection."""
    from alembic.runtime.migration import MigrationContext

    table, schema = needed.table
    options = {"version_table": table, "version_table_schema": schema}
    context = MigrationContext.configure(connection, opts=options)
    return frozenset(context.get_current_heads())
