"""Remove a model that the scaffold made."""

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import parts, revision
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project
from qapla.scaffold.removals.files import delete_files, delete_package
from qapla.scaffold.removals.revision import Applied, undo
from qapla.scaffold.removals.schedule import unschedule
from qapla.scaffold.removals.uses import PACKAGES, refuse_references, refuse_uses
from qapla.scaffold.source.remove import remove_from_function
from qapla.scaffold.source.tree import find_function


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
    _refuse_fields(project, model)
    made = parts.modules(project, spec)
    if _has_task(project, model):
        made |= parts.tasks(project, spec)
    delete_files(project, made, changed_too=changed_too)
    if model in project.models():
        module = f"{project.source}/databases/{model.database}/{model.snake}.py"
        raise ScaffoldError(f"{model} is in another module than {module}: remove it by hand first")
    for path, text in parts.packages(project, spec).items():
        delete_package(project, path, text)
    project.change(
        f"{project.source}/web/routes.py",
        lambda text, path: remove_from_function(
            text, "includeme", parts.routes(project, model), path
        ),
    )
    name, task = parts.schedule_entry(project, model)
    project.change(project.settings, unschedule(name, task, parts.HOUR))
    refuse_references(project, model)
    refuse_uses(project, _names(project, model), str(model))
    undo(
        project,
        model.database,
        lambda project: revision.creation(project, spec),
        lambda project: revision.removal(project, spec),
        may_be_applied,
    )
    project.keep(models=[other for other in project.specs() if other.name != model])


def _refuse_fields(project: Project, model: ModelName) -> None:
    """Refuse to remove a model to which fields of others refer."""
    for spec in project.specs():
        for column in (*spec.references, *spec.links):
            if column.target == model and spec.name != model:
                raise ScaffoldError(
                    f"{spec.name} refers to {model}: type `qapla remove field {spec.name} "
                    f"{column.label}` first"
                )


def _has_task(project: Project, model: ModelName) -> bool:
    """Whether the example task of the database is about a model."""
    path = f"{project.source}/tasks/{model.database}/{model.snake}.py"
    task = parts.schedule_entry(project, model)[1].rpartition(".")[2]
    there = project.changes.exists(path)
    return there and find_function(project.changes.read(path), task, path) is not None


def _names(project: Project, model: ModelName) -> list[str]:
    """Return the names of the modules of a model, and of its routes."""
    place = f"{model.database}.{model.snake}"
    modules = [f"{room}.{place}" for room in PACKAGES]
    return [*(f"{project.package}.{module}" for module in modules), place]
