"""Add a model: its drivers, its migration, its resource, and the tests of these."""

from collections.abc import Sequence
from dataclasses import replace

from qapla.scaffold.additions import parts, revision
from qapla.scaffold.additions.schedule import schedule
from qapla.scaffold.additions.targets import check_targets
from qapla.scaffold.fields.checks import check_spec
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.fields.together import check_together
from qapla.scaffold.names.parse import refuse_clash
from qapla.scaffold.project import Project
from qapla.scaffold.source.edit import append_to_function


def add_model(project: Project, spec: Spec) -> None:
    """Add a model to a database; the rest is as with `add_models`."""
    add_models(project, [spec])


def add_models(project: Project, specs: Sequence[Spec]) -> None:
    """Add models to their databases.

    Args:
        project: The project.
        specs: The models and their fields, each after those that it refers to.

    Raises:
        Refused: A model of its database may not have this name, or these fields.
        ScaffoldError: One of its files exists already, or a field refers to a model with another kind
            of key.
    """
    models, kept = project.models(), project.specs()
    for spec in specs:
        refuse_clash(spec.name, models)
        models.append(spec.name)
        known = replace(spec, known=tuple(models))
        check_spec(known)
        check_targets(project, known)
        kept.append(known)
    check_together(kept)
    for spec in kept[len(kept) - len(specs) :]:
        _add_files(project, spec)
    routes = [line for spec in specs for line in parts.routes(project, spec.name)]
    project.change(
        f"{project.source}/web/routes.py",
        lambda text, path: append_to_function(text, "includeme", routes, path),
    )
    project.keep(models=kept)


def _add_files(project: Project, spec: Spec) -> None:
    """Add the files of a model, and the example task of a database that has none."""
    parts.add_packages(project, spec)
    project.create(revision.creation(project, spec))
    project.create(parts.modules(project, spec))
    if not project.changes.files(f"{project.source}/tasks/{spec.name.database}", ".py")[1:]:
        _add_task(project, spec)


def _add_task(project: Project, spec: Spec) -> None:
    """Add the example task of a database; only that of the first database is scheduled."""
    project.create(parts.tasks(project, spec))
    if spec.name.database == project.databases()[0]:
        name, task = parts.schedule_entry(project, spec.name)
        project.change(project.settings, schedule(name, task, parts.HOUR))
