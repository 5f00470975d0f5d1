"""Add a model: its drivers, its migration, its resource, and the tests of these."""

from qapla.scaffold import revisions
from qapla.scaffold.additions.schedule import schedule
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.parse import parse_model, refuse_clash
from qapla.scaffold.project import Change, Project
from qapla.scaffold.source.edit import append_to_function
from qapla.scaffold.source.rendering import render

_FILES = (
    "migrations/database/versions/revision.py",
    "src/package/databases/database/model.py",
    "src/package/web/controllers/database/model.py",
    "tests/integration/database/test_model.py",
    "tests/unit/database/test_model.py",
)
_CONTROLLERS = "src/package/web/controllers/database/__init__.py"
# One example for each database.
_TASKS = (
    "src/package/tasks/database/__init__.py",
    "src/package/tasks/database/model.py",
    "tests/integration/database/test_tasks.py",
)


def add_model(project: Project, database: str, name: str) -> list[str]:
    """Add a model to a database.

    Args:
        project: The project.
        database: The name of the database.
        name: The name of the model, in CamelCase.

    Returns:
        The paths of the files that are new or changed, relative to the project.

    Raises:
        Refused: A model of the database may not have this name.
        ScaffoldError: One of its files exists already.
    """
    known = project.databases()
    model = parse_model(f"{database}.{name}", known, project.package)
    refuse_clash(model, project.models())
    revision = revisions.revision_id(model)
    first = database == known[0]
    url = f"/{model.table}" if first else f"/{database}/{model.table}"
    paths = list(_FILES)
    if not project.has(f"{project.source}/web/controllers/{database}/__init__.py"):
        paths.append(_CONTROLLERS)
    has_tasks = project.has(f"{project.source}/tasks/{database}")
    if not has_tasks:
        paths += _TASKS
    new = render(
        "model",
        paths,
        {
            "package": project.package,
            "database": database,
            "model": model.snake,
            "revision": f"{revision}_create_{model.table}",
        },
        {
            "package": project.package,
            "application": project.application,
            "database": database,
            "first": first,
            "model": model,
            "url": url,
            "revision": revision,
            "down_revision": revisions.head(project.versions(database), database),
        },
    )
    changes: dict[str, Change] = {
        f"{project.source}/web/routes.py": lambda text, path: append_to_function(
            text, "includeme", _routes(model, url), path
        )
    }
    if first and not has_tasks:
        task = f"{project.package}.tasks.{database}.{model.snake}.count_{model.table}"
        changes[project.settings] = schedule(f"count {model.nouns}", task, 3600.0)
    return project.write(new, changes)


def _routes(model: ModelName, url: str) -> list[str]:
    """Return the statements that add the routes of a model's resource."""
    name = f"{model.database}.{model.snake}"
    return [
        f'config.add_route("{name}.all", "{url}")',
        f'config.add_route("{name}", r"{url}/{{id:\\d{{1,19}}}}")',
    ]
