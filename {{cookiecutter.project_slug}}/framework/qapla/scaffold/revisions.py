"""Revisions: their ids, made from the names alone, and the head that a new one follows."""

import ast
import hashlib
from collections.abc import Iterator
from itertools import count

from qapla.exceptions import ScaffoldError
from qapla.scaffold.project import Project
from qapla.scaffold.source.tree import parse

_LENGTH = 12


def revision_id(project: Project, name: str) -> str:
    """Return the id of a new revision; its name and the revisions that there are decide it.

    Args:
        project: The project.
        name: The name: that of a model or an outbox, or the change of a field.
    """
    taken = {path.rpartition("/")[2][:_LENGTH] for path in _revisions(project)}
    candidates = (hashlib.sha256(f"{name}{n or ''}".encode()).hexdigest() for n in count())
    return next(digest[:_LENGTH] for digest in candidates if digest[:_LENGTH] not in taken)


def head(project: Project, database: str) -> str | None:
    """Return the newest revision of a database, or None where there is none.

    Raises:
        ScaffoldError: The database has several heads, or a revision that is no Python.
    """
    found = _head(project, database)
    return found[0] if found else None


def head_path(project: Project, database: str) -> str | None:
    """Return the path of the newest revision of a database; the rest is as with `head`."""
    found = _head(project, database)
    return found[1] if found else None


def _head(project: Project, database: str) -> tuple[str, str] | None:
    paths: dict[object, str] = {}
    followed: set[object] = set()
    for path in project.changes.files(project.versions(database), ".py"):
        values = _assigned(project.changes.read(path), path)
        below = values.get("down_revision")
        if values.get("revision") is not None:
            paths[values["revision"]] = path
        followed.update(below if isinstance(below, tuple) else [below])
    heads = sorted(str(revision) for revision in paths.keys() - followed)
    if len(heads) > 1:
        raise ScaffoldError(
            f"database {database!r} has the heads {', '.join(heads)}: type "
            f"`uv run alembic -n {database} merge heads` first"
        )
    return (heads[0], paths[heads[0]]) if heads else None


def _revisions(project: Project) -> Iterator[str]:
    for database in project.databases():
        yield from project.changes.files(project.versions(database), ".py")


def _assigned(source: str, path: str) -> dict[str, object]:
    """Return the constants that a module assigns, without running it."""
    values: dict[str, object] = {}
    for node in parse(source, path).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        if isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)):
            try:
                values[target.id] = ast.literal_eval(node.value) if node.value else None
            except ValueError:
                continue
    return values
