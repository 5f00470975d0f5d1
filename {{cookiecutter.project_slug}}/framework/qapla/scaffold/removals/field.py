"""Remove fields from a model that the scaffold made."""

from collections.abc import Sequence
from dataclasses import replace

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import revision
from qapla.scaffold.additions.changed import change_modules
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project
from qapla.scaffold.removals.revision import Applied, undo


def remove_fields(
    project: Project, model: ModelName, names: Sequence[str], may_be_applied: Applied
) -> list[str]:
    """Remove fields from a model: from its modules, with a revision.

    Args:
        project: The project.
        model: The name of the model.
        names: The names of the fields.
        may_be_applied: Whether a revision may have been applied.

    Returns:
        The names of the attributes that the model does not have any more.

    Raises:
        ScaffoldError: The model has no such field, or no other one, or its lines were changed.
    """
    old = project.spec(model)
    removed = replace(old, fields=tuple(_field(old, name) for name in dict.fromkeys(names)))
    rest = tuple(field for field in old.fields if field not in removed.fields)
    new = replace(old, fields=rest)
    if not new.columns:
        raise ScaffoldError(
            f"{model} would have no column left: type `qapla remove model {model}`, or add another "
            "field first"
        )
    change_modules(project, old, new)
    undo(
        project,
        model.database,
        lambda project: revision.addition_of(project, removed),
        lambda project: revision.removal_of(project, removed),
        may_be_applied,
    )
    project.keep(models=[new if spec == old else spec for spec in project.specs()])
    attributes = (name for field in removed.fields for name in (field.name, field.column))
    return list(dict.fromkeys(attributes))


def _field(spec: Spec, name: str) -> Field:
    for field in spec.fields:
        if name in (field.name, field.column):
            return field
    known = ", ".join(field.name for field in spec.fields)
    raise ScaffoldError(f"{spec.name} has no field {name!r}, only {known}")
