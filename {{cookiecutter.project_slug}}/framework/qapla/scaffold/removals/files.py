"""Delete files of the project that are as the scaffold made them."""

import re
from collections.abc import Iterable, Mapping
from difflib import unified_diff

from qapla.exceptions import ScaffoldError
from qapla.scaffold.project import Project


def delete_files(project: Project, made: Mapping[str, str], *, changed_too: bool) -> None:
    """Delete files; one that is missing is no matter.

    Args:
        project: The project.
        made: The texts of the files as the scaffold made them, by their paths.
        changed_too: Whether those that were changed since are deleted as well.

    Raises:
        ScaffoldError: Some were changed; the text shows the changes.
    """
    there = [path for path in made if project.changes.exists(path)]
    changed = [path for path in there if project.changes.read(path) != made[path]]
    if changed and not changed_too:
        diffs = "\n".join(_diff(project, path, made[path]) for path in changed)
        raise ScaffoldError(
            f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed since: "
            f"type --changed to remove the changes too\n\n{diffs}"
        )
    for path in there:
        project.changes.delete(path)


def delete_package(project: Project, path: str, text: str) -> None:
    """Delete the `__init__` module of a package that has no other module, if it is as it was made."""
    directory = path.rpartition("/")[0]
    alone = project.changes.files(directory) == [path]
    if alone and project.changes.read(path) == text:
        project.changes.delete(path)


def refuse_uses(project: Project, module: str, removed: str, made: Iterable[str]) -> None:
    """Refuse to remove a module that other files of the project import.

    Args:
        project: The project.
        module: The dotted name of the module.
        removed: The database or model that is to be removed, for the error.
        made: The paths of the files that are removed with it.

    Raises:
        ScaffoldError: A file imports it.
    """
    kept = set(made)
    for path in _sources(project):
        if path in kept or not project.changes.exists(path):
            continue
        if re.search(rf"{re.escape(module)}\b", project.changes.read(path)):
            raise ScaffoldError(f"{path} uses {removed}: remove it there first")


def _sources(project: Project) -> list[str]:
    found = []
    for directory in ("src", "tests"):
        for path in sorted((project.root / directory).rglob("*.py")):
            found.append(path.relative_to(project.root).as_posix())
    return found


def _diff(project: Project, path: str, made: str) -> str:
    lines = (text.splitlines(keepends=True) for text in (made, project.changes.read(path)))
    return "".join(unified_diff(*lines, f"made/{path}", path))
