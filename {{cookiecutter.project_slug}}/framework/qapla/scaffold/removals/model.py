"""Remove a model that the scaffold made."""

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import parts, revision
from qapla.scaffold.additions.schedule import unschedule
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project
from qapla.scaffold.removals.files import delete_files, delete_package, refuse_uses
from qapla.scaffold.removals.revision import Applied, undo
from qapla.scaffold.source.remove import remove_from_function


def remove_model(
    project: Project, model: ModelName, may_be_applied: Applied, *, changed_too: bool = False
) -> None:
    """Remove a model: its modules, resource and tests; its table goes with a revision.

    Args:
        project: The project.
        model: The name of the model.
        may_be_applied: Whether a revision may have been applied.
        changed_too: Whether files are deleted that were changed since they were made.

    Raises:
        ScaffoldError: The scaffold did not make the model, its files were changed, or something else
            uses it.
    """
    spec = project.spec(model)
    _refuse_references(project, model)
    made = {**parts.modules(project, spec), **parts.tasks(project, spec)}
    if not _has_task(project, spec):
        made = parts.modules(project, spec)
    module = f"{project.package}.databases.{model.database}.{model.snake}"
    refuse_uses(project, module, str(model), made)
    delete_files(project, made, changed_too=changed_too)
    for path, text in parts.packages(project, spec).items():
        if project.changes.exists(path):
            delete_package(project, path, text)
    project.change(
        f"{project.source}/web/routes.py",
        lambda text, path: remove_from_function(
            text, "includeme", parts.routes(project, model), path
        ),
    )
    name, task = parts.schedule_entry(project, model)
    project.change(project.settings, unschedule(name, task, parts.HOUR))
    undo(
        project,
        model.database,
        lambda project: revision.creation(project, spec),
        lambda project: revision.removal(project, spec),
        may_be_applied,
    )
    project.keep(models=[other for other in project.specs() if other.name != model])


def _has_task(project: Project, spec: Spec) -> bool:
    """Whether the example task of the database is about a model."""
    return any(
        path.endswith(f"/{spec.name.snake}.py") and project.changes.exists(path)
        for path in parts.tasks(project, spec)
    )


def _refuse_references(project: Project, model: ModelName) -> None:
    """Refuse to remove a model to which others refer."""
    for spec in project.specs():
        for column in (*spec.references, *spec.links):
            if column.target == model and spec.name != model:
                raise ScaffoldError(
                    f"{spec.name} refers to {model}: type `qapla remove field {spec.name} "
                    f"{column.label}` first"
                )
