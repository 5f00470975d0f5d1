"""Whether a revision may have been applied: in the configured database, or where Git has brought it."""

import subprocess

from sqlalchemy import inspect, text

from qapla.cli.application import load
from qapla.scaffold.project import Project


def may_be_applied(project: Project, database: str, path: str) -> bool:
    """Return whether a revision may have been applied to a database.

    One that is committed may have been applied anywhere. So may any where the database does not answer.

    Args:
        project: The project.
        database: The name of the database.
        path: The path of the revision.
    """
    if _is_committed(project, path):
        return True
    try:
        return _has_revision(project, database)
    except Exception:
        # The project may be broken in any way, or its database out of reach.
        return True


def _is_committed(project: Project, path: str) -> bool:
    """Whether Git knows a file in the last commit; a project without Git has no such file."""
    command = ["git", "cat-file", "-e", f"HEAD:./{path}"]
    try:
        return subprocess.run(command, cwd=project.root, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def _has_revision(project: Project, name: str) -> bool:
    """Whether the newest revision is applied, so that deleting its file would leave it unknown."""
    database = load(project).run_command().dbs[name]
    if not database.server.exists():
        return False
    heads = database.migrations.heads()
    with database.connect_directly() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        rows = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        return bool(set(rows) & set(heads))
