"""The revisions that the code needs, and those that a database has; nothing is written.

Source: Alembic, "Generating SQL Scripts (a.k.a. 'Offline Mode')" and its table of versions.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, column, inspect, select, table

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

    offline = EnvironmentContext(config, script, fn=collect, as_sql=True, dont_mutate=True)
    with environment_lock, _quiet(), offline:
        script.run_env()
    known = frozenset(revision.revision for revision in script.walk_revisions())
    return Needed(frozenset(script.get_heads()), known, tables[0])


def applied(connection: Connection, needed: Needed) -> frozenset[str]:
    """Return the newest revisions that are applied to the database of a connection."""
    name, schema = needed.table
    if not inspect(connection).has_table(name, schema):
        return frozenset()
    revisions = table(name, column("version_num"), schema=schema)
    return frozenset(connection.scalars(select(revisions.c.version_num)))


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out the lines about each environment, which are for those who migrate."""
    logger = logging.getLogger("alembic.runtime.migration")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
