"""Add an outbox to a database: its tables, its relay, and their tests."""

from qapla.scaffold.additions.schedule import schedule
from qapla.scaffold.project import Project
from qapla.scaffold.revisions import head, revision_id
from qapla.scaffold.source.rendering import render

_FILES = (
    "migrations/database/versions/revision.py",
    "src/package/databases/database/outbox.py",
    "src/package/tasks/database/outbox.py",
    "tests/integration/database/test_outbox.py",
)
_TASKS = "src/package/tasks/database/__init__.py"


def add_outbox(project: Project, database: str) -> None:
    """Add an outbox to a database.

    Args:
        project: The project.
        database: The name of the database.

    Raises:
        ScaffoldError: There is no such database, it is unmanaged, or one of the files exists already.
    """
    project.refuse_unknown(database)
    project.refuse_unmanaged(database)
    revision = revision_id(project, f"{database}.outbox")
    has_tasks = project.changes.exists(f"{project.source}/tasks/{database}/__init__.py")
    files = render(
        "outbox",
        _FILES if has_tasks else (*_FILES, _TASKS),
        {
            "package": project.package,
            "database": database,
            "revision": f"{revision}_create_outbox",
        },
        {
            "package": project.package,
            "application": project.application,
            "database": database,
            "revision": revision,
            "down_revision": head(project, database),
        },
    )
    task = f"{project.package}.tasks.{database}.outbox.send_outbox"
    project.create(files)
    project.change(project.settings, schedule(f"send the outbox of {database}", task, 10.0))
