"""The end of a table or of columns in the migrations: their revision goes, or another one follows."""

from collections.abc import Callable, Mapping

from qapla.scaffold.project import Project
from qapla.scaffold.removals.files import is_made
from qapla.scaffold.revisions import head, paths

# Takes the name of a database and the path of a revision, and returns whether that revision may have
# been applied somewhere.
Applied = Callable[[str, str], bool]
# Takes a project, and returns the new files of a revision by their paths.
Rendering = Callable[[Project], Mapping[str, str]]


def undo(
    project: Project, database: str, made: Rendering, undone: Rendering, may_be_applied: Applied
) -> None:
    """Delete the newest revision of a database if it is the one to undo, or add one that undoes it.

    A revision is deleted only as it was stamped, and where it cannot have been applied: a database that
    has applied it would not be upgraded any more.

    Args:
        project: The project, in which the revision is the only trace of it that is left.
        database: The name of the database.
        made: Renders the revision that is to be undone, as it was stamped.
        undone: Renders the revision that undoes it.
        may_be_applied: Whether a revision may have been applied.
    """
    newest = head(project, database)
    path = paths(project, database).get(newest or "")
    if path is not None and _is_made(project, path, made) and not may_be_applied(database, path):
        project.changes.delete(path)
    else:
        project.create(undone(project))


def _is_made(project: Project, path: str, made: Rendering) -> bool:
    """Whether a revision is the one that a rendering makes where it is missing."""
    before = project.copy()
    before.changes.delete(path)
    files = made(before)
    return list(files) == [path] and is_made(project, path, files[path])
