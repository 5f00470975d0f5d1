"""Add a model: its drivers, its migration, its resource, and the tests of these."""

from dataclasses import replace

from qapla.scaffold.additions import parts, revision
from qapla.scaffold.additions.schedule import schedule
from qapla.scaffold.fields.checks import check_spec
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.fields.together import check_together
from qapla.scaffold.names.parse import refuse_clash
from qapla.scaffold.project import Project
from qapla.scaffold.source.edit import append_to_function


def add_model(project: Project, spec: Spec) -> None:
    """Add a model to a database.

    Args:
        project: The project.
        spec: The model and its fields.

    Raises:
        Refused: A model of the database may not have this name, or these fields.
        ScaffoldError: One of its files exists already.
    """
    model, models = spec.name, project.models()
    refuse_clash(model, models)
    spec = replace(spec, known=(*models, model))
    check_spec(spec)
    check_together([spec, *project.specs()])
    for path, text in parts.packages(project, spec).items():
        if not project.changes.exists(path):
            project.changes.create(path, text)
    project.create(revision.creation(project, spec))
    project.create(parts.modules(project, spec))
    project.change(
        f"{project.source}/web/routes.py",
        lambda text, path: append_to_function(
            text, "includeme", parts.routes(project, model), path
        ),
    )
    if not project.changes.files(f"{project.source}/tasks/{model.database}", ".py")[1:]:
        _add_task(project, spec)
    project.keep(models=[*project.specs(), spec])


def _add_task(project: Project, spec: Spec) -> None:
    """Add the example task of a database; only that of the first database is scheduled."""
    project.create(parts.tasks(project, spec))
    if spec.name.database == project.databases()[0]:
        name, task = parts.schedule_entry(project, spec.name)
        project.change(project.settings, schedule(name, task, parts.HOUR))
