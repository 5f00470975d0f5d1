"""Remove a database that the scaffold added."""

import ast
from collections.abc import Sequence

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import database as addition
from qapla.scaffold.project import DATABASES, Project
from qapla.scaffold.removals.files import delete_files
from qapla.scaffold.removals.uses import PACKAGES, module_uses, refuse_uses
from qapla.scaffold.source.remove import remove_annotation, remove_from_list, remove_section
from qapla.scaffold.source.tree import find_list, is_same, parse_expression
from qapla.scaffold.words import listed


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
        ScaffoldError: There is no such database, it is the first one, it is not empty, or something
            uses it.
    """
    project.refuse_unknown(name)
    if name == project.databases()[0]:
        raise ScaffoldError(
            f"{name} is the first database, on which {project.source}/application/db.py rests: "
            "put another one first by hand"
        )
    _refuse_models(project, name)
    managed = project.managed()[name]
    made = addition.files(project, name, first=False, managed=managed)
    delete_files(project, made, changed_too=changed_too)
    _delete_revisions(project, name, asked=revisions_too)
    _refuse_rest(project, name)
    index = _index(project, name, addition.item(name, managed=managed), changed_too=changed_too)
    project.change(
        project.list_path, lambda text, path: remove_from_list(text, DATABASES, index, path)
    )
    project.change(
        f"{project.source}/web/request.py",
        lambda text, path: remove_annotation(text, "Request", name, path),
    )
    lines = addition.sections(name, first=False)[name]
    project.change("alembic.ini", lambda text, path: remove_section(text, name, lines, path))
    refuse_uses(project, [f"{project.package}.{package}.{name}" for package in PACKAGES], name)
    project.keep()


def _refuse_models(project: Project, name: str) -> None:
    """Refuse to remove a database that has models."""
    made = [spec.name for spec in project.specs()]
    modules = [(model, path) for model, path in project.modules() if model.database == name]
    by_hand = dict.fromkeys(path for model, path in modules if model not in made)
    _refuse_by_hand(project, name, list(by_hand))
    models = [str(model) for model, _ in modules]
    if models:
        raise ScaffoldError(
            f"{name} has models: type `qapla remove model {models[0]}` first"
            + (f", and so for {', '.join(models[1:])}" if models[1:] else "")
        )


def _refuse_by_hand(project: Project, name: str, paths: Sequence[str]) -> None:
    """Refuse to remove a database that has models that the scaffold did not make.

    Args:
        project: The project.
        name: The name of the database.
        paths: The paths of the modules of these models.

    Raises:
        ScaffoldError: There are some; the text has their modules, and the lines that use these.
    """
    if not paths:
        return
    inside = [path.removeprefix(f"{project.source}/").removesuffix(".py") for path in paths]
    names = [f"{project.package}.{path.replace('/', '.')}" for path in inside]
    uses = dict.fromkeys(use for use in module_uses(project, names) if use[0] not in paths)
    lines = "; ".join(f"{path}, line {line}" for path, line in uses)
    raise ScaffoldError(
        f"{name} has models that the scaffold did not make: delete {listed(paths)} by hand first"
        + (f", and the lines that use {'them' if paths[1:] else 'it'}: {lines}" if lines else "")
    )


def _delete_revisions(project: Project, name: str, *, asked: bool) -> None:
    """Delete the revisions of a database.

    Raises:
        ScaffoldError: There are some, and nobody has asked for that.
    """
    revisions = project.changes.files(project.versions(name), ".py")
    if revisions and not asked:
        raise ScaffoldError(
            f"{project.versions(name)} has revisions, which may have been applied: type --revisions "
            "to delete them too"
        )
    for path in revisions:
        project.changes.delete(path)


def _refuse_rest(project: Project, name: str) -> None:
    """Refuse to remove a database of which modules would stay."""
    directories = [f"{project.source}/{package.replace('.', '/')}" for package in PACKAGES]
    for directory in (*directories, "tests/integration", "tests/unit"):
        rest = project.changes.tree(f"{directory}/{name}")
        if rest:
            raise ScaffoldError(f"{rest[0]} belongs to {name}: remove it first")


def _index(project: Project, name: str, item: str, *, changed_too: bool) -> int:
    """Return the place of a database in the list.

    Raises:
        ScaffoldError: Its item was changed since it was made.
    """
    path = project.list_path
    index = project.databases().index(name)
    found = find_list(project.changes.read(path), DATABASES, path).elts[index]
    if not changed_too and not is_same(found, parse_expression(item)):
        raise ScaffoldError(
            f"{path} has {ast.unparse(found)}, not {item}: type --changed to remove it too"
        )
    return index
