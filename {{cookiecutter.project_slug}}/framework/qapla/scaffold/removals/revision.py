"""The end of a table or of columns in the migrations: their revision goes, or another one follows."""

from collections.abc import Callable, Mapping

from qapla.scaffold.project import Project
from qapla.scaffold.revisions import head_path

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
    path = head_path(project, database)
    if path is not None and not may_be_applied(database, path):
        text = project.changes.read(path)
        project.changes.delete(path)
        if made(project) == {path: text}:
            return
        project.changes.write(path, text)
    project.create(undone(project))
