"""Remove a database that the scaffold added."""

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import database as addition
from qapla.scaffold.project import DATABASES, Project
from qapla.scaffold.removals.files import delete_files
from qapla.scaffold.source.remove import remove_annotation, remove_from_list, remove_section


def remove_database(
    project: Project, name: str, *, changed_too: bool = False, revisions_too: bool = False
) -> None:
    """Remove a database from the project; the database itself and its data stay.

    Args:
        project: The project.
        name: The name of the database.
        changed_too: Whether files are deleted that were changed since they were made.
        revisions_too: Whether its revisions are deleted, which may have been applied.

    Raises:
        ScaffoldError: There is no such database, it is the first one, or it is not empty.
    """
    project.refuse_unknown(name)
    if name == project.databases()[0]:
        raise ScaffoldError(
            f"{name} is the first database, on which {project.source}/application/db.py rests: "
            "put another one first by hand"
        )
    models = [str(model) for model in project.models() if model.database == name]
    if models:
        raise ScaffoldError(
            f"{name} has models: type `qapla remove model {models[0]}` first"
            + (f", and so for {', '.join(models[1:])}" if models[1:] else "")
        )
    revisions = project.changes.files(project.versions(name), ".py")
    if revisions and not revisions_too:
        raise ScaffoldError(
            f"{project.versions(name)} has revisions, which may have been applied: type --revisions "
            "to delete them too"
        )
    managed = project.managed()[name]
    made = addition.files(project, name, first=False, managed=managed)
    delete_files(project, made, changed_too=changed_too)
    for path in revisions:
        project.changes.delete(path)
    _refuse_rest(project, name)
    item = addition.item(name, managed=managed)
    project.change(
        f"{project.source}/databases/__init__.py",
        lambda text, path: remove_from_list(text, DATABASES, item, path),
    )
    project.change(
        f"{project.source}/web/request.py",
        lambda text, path: remove_annotation(text, "Request", name, path),
    )
    lines = addition.sections(name, first=False)[name]
    project.change("alembic.ini", lambda text, path: remove_section(text, name, lines, path))
    project.keep()


def _refuse_rest(project: Project, name: str) -> None:
    """Refuse to remove a database of which modules would stay."""
    for directory in (
        f"{project.source}/databases/{name}",
        f"{project.source}/tasks/{name}",
        f"{project.source}/web/controllers/{name}",
        f"tests/integration/{name}",
        f"tests/unit/{name}",
    ):
        rest = project.changes.files(directory)
        if rest:
            raise ScaffoldError(f"{rest[0]} belongs to {name}: remove it first")
