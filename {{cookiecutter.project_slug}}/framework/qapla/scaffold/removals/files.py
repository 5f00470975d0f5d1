"""Delete files of the project that are as the scaffold made them."""

from collections.abc import Mapping

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.diff import diff_text
from qapla.scaffold.project import Project
from qapla.scaffold.source.tree import is_same_module


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
    changed = [path for path in there if not is_made(project, path, made[path])]
    if changed and not changed_too:
        diffs = (diff_text(path, made[path], project.changes.read(path)) for path in changed)
        raise ScaffoldError(
            f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed since: "
            "type --changed to remove the changes too\n\n" + "\n".join(diffs).rstrip()
        )
    for path in there:
        project.changes.delete(path)


def delete_package(project: Project, path: str, text: str) -> None:
    """Delete the `__init__` module of a package that has no other file, if it is as it was made.

    Args:
        project: The project.
        path: The path of the module; it need not exist.
        text: The text of the module as the scaffold made it.
    """
    directory = path.rpartition("/")[0]
    if project.changes.tree(directory) == [path] and is_made(project, path, text):
        project.changes.delete(path)


def is_made(project: Project, path: str, text: str) -> bool:
    """Whether a file is as the scaffold made it, whatever its layout."""
    found = project.changes.read(path)
    return found == text or (path.endswith(".py") and is_same_module(found, text))
