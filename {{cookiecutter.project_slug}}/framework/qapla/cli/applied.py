"""Whether a revision may have been applied: in the configured database, or where Git has brought it."""

import subprocess

from qapla.cli.application import load
from qapla.scaffold.project import Project
from qapla.scaffold.revisions import paths


def may_be_applied(project: Project, database: str, path: str) -> bool:
    """Return whether a revision may have been applied to a database.

    One that is committed may have been applied anywhere. So may any where the database does not answer.

    Args:
        project: The project.
        database: The name of the database.
        path: The path of the revision.
    """
    if _may_be_committed(project, path):
        return True
    try:
        return _has_revision(project, database, path)
    except Exception:
        # The project may be broken in any way, or its database out of reach.
        return True


def _may_be_committed(project: Project, path: str) -> bool:
    """Whether any commit in Git has a file, or Git does not answer; without a repository none has."""
    if not any(
        (directory / ".git").exists() for directory in (project.root, *project.root.parents)
    ):
        return False
    command = ["git", "log", "--all", "-1", "--format=%h", "--", path]
    try:
        found = subprocess.run(command, cwd=project.root, capture_output=True)
    except OSError:
        return True
    return found.returncode != 0 or bool(found.stdout.strip())


def _has_revision(project: Project, name: str, path: str) -> bool:
    """Whether a revision is applied, or one that is not known here, which may follow it."""
    application = load(project).run_command()
    older = {id_ for id_, other in paths(project, name).items() if other != path}
    return not set(application.dbs[name].migrations.applied()) <= older
