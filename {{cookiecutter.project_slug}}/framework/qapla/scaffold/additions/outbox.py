"""Add an outbox to a database: its tables, its relay, and their tests."""

from qapla.scaffold.additions.extra import add_files
from qapla.scaffold.additions.schedule import schedule
from qapla.scaffold.project import Project
from qapla.scaffold.source.compose import append_service

_FILES = (
    "migrations/database/versions/revision.py",
    "src/package/databases/database/outbox.py",
    "src/package/tasks/database/outbox.py",
    "tests/integration/database/test_outbox.py",
)
_COMPOSE = "compose.yaml"
_TASKS = "src/package/tasks/database/__init__.py"


def add_outbox(project: Project, database: str) -> None:
    """Add an outbox to a database.

    Args:
        project: The project.
        database: The name of the database.

    Raises:
        ScaffoldError: There is no such database, it is unmanaged, or one of the files exists already.
    """
    has_tasks = project.changes.exists(f"{project.source}/tasks/{database}/__init__.py")
    paths = _FILES if has_tasks else (*_FILES, _TASKS)
    add_files(project, database, "outbox", paths, "create_outbox")
    task = f"{project.package}.tasks.{database}.outbox.send_outbox"
    project.change(project.settings, schedule(f"send the outbox of {database}", task, 10.0))
    # A project that runs without containers may have deleted the file.
    if project.changes.exists(_COMPOSE):
        service = f"relay-{database}"
        lines = _service(f"{project.package}.tasks.{database}.outbox")
        project.change(_COMPOSE, lambda text, path: append_service(text, service, lines, path))


def _service(module: str) -> list[str]:
    """Return the lines of the service that runs a relay."""
    return [
        "<<: *project",
        f'command: ["python", "-m", "{module}"]',
        "healthcheck:",
        '  test: ["CMD", "qapla", "health", "relay"]',
        "  start_period: 30s",
    ]
