"""Revisions: their ids, made from the names alone, and the head that a new one follows."""

import ast
import hashlib
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.names.model import ModelName


def revision_id(name: ModelName | str) -> str:
    """Return the id of the first revision of a model, an outbox or tokens; its name alone decides."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:12]


def head(versions: Path, database: str) -> str | None:
    """Return the newest revision in a directory, or None where there is none.

    Raises:
        ScaffoldError: The directory has several heads, or a revision that is no Python.
    """
    revisions: set[object] = set()
    followed: set[object] = set()
    for path in sorted(versions.glob("*.py")):
        values = _assigned(path)
        below = values.get("down_revision")
        revisions.add(values.get("revision"))
        followed.update(below if isinstance(below, tuple) else [below])
    heads = sorted(str(revision) for revision in revisions - followed - {None})
    if len(heads) > 1:
        raise ScaffoldError(
            f"database {database!r} has the heads {', '.join(heads)}: type "
            f"`uv run alembic -n {database} merge heads` first"
        )
    return heads[0] if heads else None


def _assigned(path: Path) -> dict[str, object]:
    """Return the constants that a module assigns, without running it."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise ScaffoldError(f"{path} is not valid Python: mend it") from error
    values: dict[str, object] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        if isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)):
            try:
                values[target.id] = ast.literal_eval(node.value) if node.value else None
            except ValueError:
                continue
    return values
