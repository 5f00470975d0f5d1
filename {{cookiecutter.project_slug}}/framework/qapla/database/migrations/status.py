"""The state of a database's migrations: revisions that are applied, and those that are not yet."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qapla.database.dialects import dialect_of
from qapla.exceptions import DatabaseNotFound

if TYPE_CHECKING:
    from qapla.database.database import Database


@dataclass(frozen=True)
class Status:
    """The state of a database's migrations.

    Args:
        exists: Whether the database is there.
        applied: The newest revisions that are applied.
        heads: The newest revisions that the project has.
        revisions: All revisions of the project, the oldest first, each with its first line.
        pending: The revisions among them that are not applied.
        unknown: The applied revisions whose file is missing.
    """

    exists: bool
    applied: tuple[str, ...]
    heads: tuple[str, ...]
    revisions: tuple[tuple[str, str], ...]
    pending: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def status_of(database: "Database") -> Status:
    """Return the state of a database's migrations; nothing is written.

    Raises:
        DatabaseError: The database cannot be reached.
    """
    from alembic.script import ScriptDirectory

    exists = is_there(database)
    applied = database.migrations.applied() if exists else []
    script = ScriptDirectory.from_config(database.migrations.config())
    # They are walked from the newest one on.
    walked = reversed(list(script.walk_revisions()))
    every = {revision.revision: revision.doc for revision in walked}
    known = tuple(id_ for id_ in applied if id_ in every)
    done = {step.revision for step in script.iterate_revisions(known, "base")} if known else set()
    return Status(
        exists,
        tuple(applied),
        tuple(sorted(script.get_heads())),
        tuple(every.items()),
        tuple((id_, doc) for id_, doc in every.items() if id_ not in done),
        tuple(id_ for id_ in applied if id_ not in every),
    )


def is_there(database: "Database") -> bool:
    """Whether a database exists; one that the project may not create is asked itself.

    Its role may have no right to the maintenance database.
    """
    target = database.target
    dialect = dialect_of(target.url.get_backend_name())
    if dialect.is_file or target.creatable or target.tests or target.default_url is not None:
        return database.exists()
    try:
        with database.connections.directly():
            return True
    except DatabaseNotFound:
        return False
