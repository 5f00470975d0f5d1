"""The parts of a model in a project: its modules and tests, its routes, and the example task."""

from typing import Any

from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project
from qapla.scaffold.source.rendering import render

# These have a line for each field.
_MODULES = (
    "src/package/databases/database/model.py",
    "src/package/web/controllers/database/model.py",
    "tests/integration/database/test_model.py",
    "tests/unit/database/test_model.py",
)
# One example for each database.
_TASKS = ("src/package/tasks/database/model.py", "tests/integration/database/test_tasks.py")
# The seconds from one run of the example task to the next.
HOUR = 3600.0
_PACKAGES = (
    "src/package/tasks/database/__init__.py",
    "src/package/web/controllers/database/__init__.py",
)


def modules(project: Project, spec: Spec) -> dict[str, str]:
    """Return the modules of a model and their tests, which have a line for each field."""
    return _render(project, spec, _MODULES)


def tasks(project: Project, spec: Spec) -> dict[str, str]:
    """Return the example task about a model, and its tests."""
    return _render(project, spec, _TASKS)


def packages(project: Project, spec: Spec) -> dict[str, str]:
    """Return the `__init__` modules of a database's controllers and tasks."""
    return _render(project, spec, _PACKAGES)


def add_packages(project: Project, spec: Spec) -> None:
    """Add the `__init__` modules of a database's controllers and tasks, where they are missing."""
    directories = (f"{project.source}/tasks", f"{project.source}/web/controllers")
    paths = [f"{directory}/{spec.name.database}/__init__.py" for directory in directories]
    missing = [path for path in paths if not project.changes.exists(path)]
    if missing:
        texts = packages(project, spec)
        project.create({path: texts[path] for path in missing})


def url(project: Project, model: ModelName) -> str:
    """Return the path of a model's resource."""
    first = model.database == project.databases()[0]
    return f"/{model.table}" if first else f"/{model.database}/{model.table}"


def routes(project: Project, model: ModelName) -> list[str]:
    """Return the statements that add the routes of a model's resource."""
    name, path = f"{model.database}.{model.snake}", url(project, model)
    return [
        f'config.add_route("{name}.all", "{path}")',
        f'config.add_route("{name}", r"{path}/{{id:\\d{{1,19}}}}")',
    ]


def schedule_entry(project: Project, model: ModelName) -> tuple[str, str]:
    """Return the name of the schedule's entry for the example task, and that of the task."""
    task = f"{project.package}.tasks.{model.database}.{model.snake}.count_{model.table}"
    return f"count {model.nouns}", task


def _render(project: Project, spec: Spec, paths: tuple[str, ...]) -> dict[str, str]:
    model = spec.name
    words = {"package": project.package, "database": model.database, "model": model.snake}
    return render("model", paths, words, _values(project, spec))


def _values(project: Project, spec: Spec) -> dict[str, Any]:
    """Return the variables of a model's blueprints."""
    model, columns = spec.name, spec.columns
    targets = {column.target for column in (*spec.references, *spec.links)} - {model, None}
    plain = [column for column in columns if column.target is None]
    return {
        "package": project.package,
        "application": project.application,
        "database": model.database,
        "first": model.database == project.databases()[0],
        "model": model,
        "url": url(project, model),
        "columns": columns,
        "references": spec.references,
        "links": spec.links,
        "targets": sorted(target for target in targets if target),
        "aliases": "".join(f", {column.alias}" for column in columns if column.is_enum),
        "values": "BODY" if all(c.json == c.python for c in columns) else "VALUES",
        "example": next((c for c in plain if c.json[0] != c.json[1]), None),
        "prefixed": next((c for c in plain if c.field.type == "str"), None),
        "required": next((c for c in columns if c.field.is_required), None),
    }
