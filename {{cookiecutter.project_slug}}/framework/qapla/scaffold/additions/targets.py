"""References to models that the scaffold did not make."""

from qapla.exceptions import ScaffoldError
from qapla.scaffold.declared_key import KEY, declares_key
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.project import Project


def check_targets(project: Project, spec: Spec) -> None:
    """Refuse a reference to a model that has another key than the scaffold's own models.

    Args:
        project: The project.
        spec: A model, with the new fields alone.

    Raises:
        ScaffoldError: A field refers to one.
    """
    made = [kept.name for kept in project.specs()]
    columns = [it for it in (*spec.references, *spec.links) if it.target not in made]
    modules = dict(project.modules()) if columns else {}
    for column in columns:
        model = column.target
        # A model of the same answer has no module yet.
        if model is None or model not in modules:
            continue
        path = modules[model]
        if not declares_key(project.changes.read(path), path, model.name):
            raise ScaffoldError(
                f"the field {str(column.field)!r} cannot refer to {model}: {path} does not declare "
                f"`{KEY}`, the key of the scaffold's own models: leave the field out, and write the "
                "reference by hand"
            )
