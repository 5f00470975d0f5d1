"""Files that a database is given besides its models: an outbox, or tokens."""

from collections.abc import Iterable

from qapla.scaffold.project import Project
from qapla.scaffold.revisions import head, revision_id
from qapla.scaffold.source.rendering import render


def add_files(
    project: Project, database: str, addition: str, paths: Iterable[str], slug: str
) -> None:
    """Add the files of an addition to a database, with a revision that follows its head.

    Args:
        project: The project.
        database: The name of the database.
        addition: The directory of the blueprints.
        paths: The paths of the blueprints below it.
        slug: The end of the name of the revision's file, such as `create_outbox`.

    Raises:
        ScaffoldError: There is no such database, it is unmanaged, or one of the files exists already.
    """
    project.refuse_unknown(database)
    project.refuse_unmanaged(database)
    revision = revision_id(project, f"{database}.{addition}")
    names = {"package": project.package, "database": database}
    values = {
        **names,
        "application": project.application,
        "revision": revision,
        "down_revision": head(project, database),
    }
    words = {**names, "revision": f"{revision}_{slug}"}
    project.create(render(addition, paths, words, values))
