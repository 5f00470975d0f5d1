"""A change of code by its syntax tree, and the run of several over a project."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qapla.exceptions import ScaffoldError, UpdateError
from qapla.scaffold.project import Change, Project


@dataclass(frozen=True)
class Place:
    """A place that is to be changed by hand.

    Attributes:
        line: Its line.
        text: The fault, and the code to type.
    """

    line: int
    text: str


@dataclass(frozen=True)
class Codemod:
    """A change of code.

    Attributes:
        version: The version of the template that needs it.
        change: A function that takes the source of a module and its path, and returns the new source.
            It changes all of a module or nothing, and nothing the second time.
        places: A function that takes the same, and returns the places that it could not change.
    """

    version: str
    change: Change
    places: Callable[[str, str], list[Place]]


def change_code(project: Project, codemods: Sequence[Codemod], since: str) -> list[str]:
    """Change the modules and tests of a project.

    Args:
        project: The project; the changes are collected in it.
        codemods: The changes, in their order.
        since: The version that the code was written for: the changes of later ones are made.

    Returns:
        A line for each place that is to be changed by hand.

    Raises:
        UpdateError: The version is none.
    """
    later = [codemod for codemod in codemods if _parse(codemod.version) > _parse(since)]
    return [
        line
        for directory in (project.source, "tests")
        for path in project.changes.tree(directory, ".py")
        for codemod in later
        for line in _change_module(project, codemod, path)
    ]


def _change_module(project: Project, codemod: Codemod, path: str) -> list[str]:
    try:
        source = project.changes.read(path)
        changed = codemod.change(source, path)
        if changed != source:
            project.changes.write(path, changed)
        places = codemod.places(changed, path)
    except ScaffoldError as error:
        return [str(error)]
    return [f"{path}:{place.line}: {place.text}" for place in places]


def _parse(version: str) -> list[int]:
    found = re.match(r"\d+(\.\d+)*", version)
    if found is None:
        raise UpdateError(f"{version!r} is no version: type one such as 0.1.0")
    return [int(part) for part in found[0].split(".")]
