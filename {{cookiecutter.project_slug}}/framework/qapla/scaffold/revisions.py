"""Revisions: their ids, made from the names alone, and the head that a new one follows."""

import ast
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from qapla.exceptions import ScaffoldError
from qapla.scaffold.project import Project
from qapla.scaffold.syntax import parse

_LENGTH = 12


def revision_id(project: Project, name: str) -> str:
    """Return the id of a new revision; its name and the revisions that there are decide it.

    Args:
        project: The project.
        name: The name: that of a model or an outbox, or the change of a field.
    """
    taken = {
        path.rpartition("/")[2][:_LENGTH]
        for database in project.databases()
        for path in project.changes.files(project.versions(database), ".py")
    }
    candidates = (hashlib.sha256(f"{name}{n or ''}".encode()).hexdigest() for n in count())
    return next(digest[:_LENGTH] for digest in candidates if digest[:_LENGTH] not in taken)


def head(project: Project, database: str) -> str | None:
    """Return the newest revision of a database, or None where there is none.

    Raises:
        ScaffoldError: The database has several heads, or a revision that is no Python.
    """
    revisions = _revisions(project, database)
    followed = {below for revision in revisions.values() for below in revision.below}
    heads = sorted(revisions.keys() - followed)
    if len(heads) > 1:
        raise ScaffoldError(
            f"database {database!r} has the heads {', '.join(heads)}: type "
            f"`uv run alembic -n {database} merge heads` first"
        )
    return heads[0] if heads else None


def paths(project: Project, database: str) -> dict[str, str]:
    """Return the paths of a database's revisions by their ids.

    Raises:
        ScaffoldError: A revision is no Python.
    """
    return {id_: revision.path for id_, revision in _revisions(project, database).items()}


@dataclass(frozen=True)
class _Revision:
    """The path of a revision, and the ids of those that it follows."""

    path: str
    below: tuple[str, ...]


def _revisions(project: Project, database: str) -> dict[str, _Revision]:
    """Return the revisions of a database by their ids."""
    found = {}
    for path in project.changes.files(project.versions(database), ".py"):
        values = _assigned(project.changes.read(path), path)
        below = values.get("down_revision")
        followed = below if isinstance(below, (tuple, list)) else [below]
        if isinstance(values.get("revision"), str):
            found[str(values["revision"])] = _Revision(path, tuple(map(str, followed)))
    return found


def _assigned(source: str, path: str) -> dict[str, object]:
    """Return the constants that a module assigns, without running it."""
    values: dict[str, object] = {}
    for node in parse(source, path).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        if isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)):
            with suppress(ValueError):
                values[target.id] = ast.literal_eval(node.value) if node.value else None
    return values
