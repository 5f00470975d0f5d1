"""Add an outbox to a database: its tables, its relay, and their tests."""

from qapla.scaffold import revisions
from qapla.scaffold.additions.schedule import schedule
from qapla.scaffold.project import Project
from qapla.scaffold.source.rendering import render

_FILES = (
    "migrations/database/versions/revision.py",
    "src/package/databases/database/outbox.py",
    "src/package/tasks/database/outbox.py",
    "tests/integration/database/test_outbox.py",
)
_TASKS = "src/package/tasks/database/__init__.py"


def add_outbox(project: Project, database: str) -> list[str]:
    """Add an outbox to a database.

    Args:
        project: The project.
        database: The name of the database.

    Returns:
        The paths of the files that are new or changed, relative to the project.

    Raises:
        ScaffoldError: There is no such database, or one of the files exists already.
    """
    project.refuse_unknown(database)
    revision = revisions.revision_id(f"{database}.outbox")
    has_tasks = project.has(f"{project.source}/tasks/{database}")
    new = render(
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
            "down_revision": revisions.head(project.versions(database), database),
        },
    )
    task = f"{project.package}.tasks.{database}.outbox.send_outbox"
    change = schedule(f"send the outbox of {database}", task, 10.0)
    return project.write(new, {project.settings: change})
