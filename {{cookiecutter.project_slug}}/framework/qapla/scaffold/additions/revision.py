"""The revisions that create, change and drop the tables of a model."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.project import Project
from qapla.scaffold.revisions import head, revision_id
from qapla.scaffold.source.rendering import render
from qapla.scaffold.words import listed

_PATH = "migrations/database/versions/revision.py"


def creation(project: Project, spec: Spec) -> dict[str, str]:
    """Return the revision that creates the tables of a model."""
    table = spec.name.table
    return _render(project, "model", spec, f"Create the table {table}", f"create_{table}")


def removal(project: Project, spec: Spec) -> dict[str, str]:
    """Return the revision that drops the tables of a model."""
    table = spec.name.table
    ignored = {"lost": "the table", "rules": ["ban-drop-table"]}
    return _render(project, "removal", spec, f"Drop the table {table}", f"drop_{table}", **ignored)


def addition_of(project: Project, fields: Spec) -> dict[str, str]:
    """Return the revision that adds fields to the table of a model.

    Args:
        project: The project.
        fields: The model, with the new fields alone.
    """
    table, names = fields.name.table, [field.name for field in fields.fields]
    message = f"Add {listed(names)} to {table}"
    slug = f"add_{names[0]}_to_{table}"
    return _render(project, "fields", fields, message, slug, removed=False)


def removal_of(project: Project, fields: Spec) -> dict[str, str]:
    """Return the revision that removes fields from the table of a model.

    Args:
        project: The project.
        fields: The model, with the removed fields alone.
    """
    table, names = fields.name.table, [field.name for field in fields.fields]
    message = f"Remove {listed(names)} from {table}"
    slug = f"remove_{names[0]}_from_{table}"
    # Rows that are there when the fields come back have no value for them.
    back = [replace(f, nullable=True) if f.is_required else f for f in fields.fields]
    restored = replace(fields, fields=tuple(back)).columns
    ignored = {"lost": listed(names), "rules": list(_rules(fields))}
    return _render(
        project, "fields", fields, message, slug, removed=True, restored=restored, **ignored
    )


def _rules(fields: Spec) -> Iterator[str]:
    """Yield the rules of squawk that a removal of fields breaks.

    The lock of an index is that of its column.
    """
    columns = fields.columns
    if columns:
        yield "ban-drop-column"
    if any(column.is_enum or column.target for column in columns):
        yield "ban-drop-constraint"
    if any(column.is_indexed for column in columns):
        yield "require-concurrent-index-deletion"
    if fields.links:
        yield "ban-drop-table"


def _render(
    project: Project, addition: str, spec: Spec, message: str, slug: str, **values: Any
) -> dict[str, str]:
    """Return a revision that follows the head of the database of a model; an unmanaged one has none."""
    model = spec.name
    if not project.managed()[model.database]:
        return {}
    below = head(project, model.database)
    # The first revision of a model has its id from the model's name alone.
    name = str(model) if addition == "model" else f"{below} {message} {spec}"
    revision = revision_id(project, name)
    return render(
        addition,
        (_PATH,),
        {
            "package": project.package,
            "database": model.database,
            "revision": f"{revision}_{slug}",
        },
        {
            "model": model,
            "message": message,
            "revision": revision,
            "down_revision": below,
            "columns": spec.columns,
            "references": spec.references,
            "links": spec.links,
            **values,
        },
    )
