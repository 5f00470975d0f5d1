"""Uses of the attributes of a model in the user's own code, which a removal of fields leaves."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import parts
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project
from qapla.scaffold.removals.files import is_made
from qapla.scaffold.syntax import parse


def attribute_uses(project: Project, model: ModelName, names: Sequence[str]) -> list[str]:
    """Return the lines of the package and the tests that still use attributes of a model.

    Those are `Ship.crew` and `ship.crew` anywhere, and in a module that names the model also `.crew` of
    any object, the keyword `crew=`, and strings such as `"crew"` and `"/ships?crew__ge=1"`. Without
    types a use of another model's attribute may be among them, but none of a file that is as the scaffold
    made it.

    Args:
        project: The project, from which the fields are removed.
        model: The model.
        names: The names of the attributes.

    Returns:
        The lines, as `path:line: code`.
    """
    return [
        f"{path}:{number}: {text}"
        for directory in (project.source, "tests")
        for path in project.changes.tree(directory)
        if (found := list(_uses(project, path, model, names))) and not _is_stamped(project, path)
        for number, text in found
    ]


def _is_stamped(project: Project, path: str) -> bool:
    """Whether a file is as the scaffold made it for any model."""
    stem = PurePosixPath(path).stem.removeprefix("test_")
    stamped = (parts.modules(project, it) for it in project.specs() if it.name.snake == stem)
    return any(path in made and is_made(project, path, made[path]) for made in stamped)


def _uses(
    project: Project, path: str, model: ModelName, names: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the numbers and the texts of the lines of a file that use attributes."""
    try:
        source = project.changes.read(path)
    except ScaffoldError:
        # An image, or any other file that is no text.
        return
    if not any(name in source for name in names):
        return
    lines = source.split("\n")
    numbers = _python(source, path, model, names) if path.endswith(".py") else None
    for number in sorted(set(_template(lines, model, names) if numbers is None else numbers)):
        yield number, lines[number - 1].strip()


def _template(lines: list[str], model: ModelName, names: Sequence[str]) -> list[int]:
    """Return the numbers of the lines of any other text with `ship.crew`."""
    pattern = re.compile(rf"\b({model.name}|{model.snake})\.({'|'.join(names)})\b")
    return [number for number, line in enumerate(lines, 1) if pattern.search(line)]


def _python(source: str, path: str, model: ModelName, names: Sequence[str]) -> list[int]:
    """Return the numbers of the lines of a module that use attributes; it may be no valid Python."""
    try:
        tree = parse(source, path)
    except ScaffoldError:
        return _template(source.split("\n"), model, names)
    own = rf"(?<![A-Za-z])({model.name}|{model.snake}|{model.table})(?![a-z])"
    is_named = re.search(own, source) is not None
    check = partial(_is_use, model=model, names=names, is_named=is_named)
    return [getattr(node, "lineno", 0) for node in ast.walk(tree) if check(node)]


def _is_use(node: ast.AST, model: ModelName, names: Sequence[str], *, is_named: bool) -> bool:
    if isinstance(node, ast.Attribute) and node.attr in names:
        owner = getattr(node.value, "attr", getattr(node.value, "id", None))
        return is_named or owner in (model.name, model.snake)
    if not is_named:
        return False
    if isinstance(node, ast.keyword):
        return node.arg in names
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        pattern = rf"-?({'|'.join(names)})(__\w+)?|\S*\b({'|'.join(names)})(__\w+)?=.*"
        return re.fullmatch(pattern, node.value) is not None
    return False
