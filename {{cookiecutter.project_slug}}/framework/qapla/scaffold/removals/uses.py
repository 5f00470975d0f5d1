"""The uses of models and databases in other modules of the project."""

import ast
import re
from collections.abc import Iterable, Iterator

from qapla.exceptions import ScaffoldError
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.project import Project
from qapla.scaffold.syntax import parse

# The packages of the project that have one for each database.
PACKAGES = ("databases", "tasks", "web.controllers")


def refuse_uses(project: Project, names: Iterable[str], removed: str) -> None:
    """Refuse to remove modules or routes that a module of the project uses.

    Args:
        project: The project, without the files that are to be removed.
        names: The dotted names of the modules, and the names of the routes.
        removed: The database or model that is to be removed, for the error.

    Raises:
        ScaffoldError: A module imports one, or has the name in a string.
    """
    for path, line in module_uses(project, names):
        raise ScaffoldError(f"{path}, line {line}, uses {removed}: remove that first")


def module_uses(project: Project, names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the paths and lines of the project that use modules or routes, by their names."""
    pattern = re.compile(rf"({'|'.join(map(re.escape, names))})(\.\w+)*")
    for path in _modules(project):
        for line, name in _names(parse(project.changes.read(path), path), path):
            if pattern.fullmatch(name):
                yield path, line


def refuse_references(project: Project, model: ModelName) -> None:
    """Refuse to remove a model to which another one refers.

    Args:
        project: The project, without the modules of the model.
        model: The model.

    Raises:
        ScaffoldError: A model of its database has a foreign key to its table, or a relationship.
    """
    for path in project.changes.tree(f"{project.source}/databases/{model.database}", ".py"):
        for node in ast.walk(parse(project.changes.read(path), path)):
            if any(_refers(text, model) for text in _reference(node)):
                line = getattr(node, "lineno", 0)
                raise ScaffoldError(f"{path}, line {line}, refers to {model}: remove that first")


def _modules(project: Project) -> Iterator[str]:
    for directory in ("src", "tests", "migrations"):
        yield from project.changes.tree(directory, ".py")


def _names(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    """Yield the dotted names that a module imports, and its strings, with their lines."""
    # `src/rotarran/web/views.py` is in the package `rotarran.web`.
    package = path.removeprefix("src/").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _reference(node: ast.AST) -> Iterator[str]:
    """Yield the strings in a foreign key, a relationship or the annotation of a column."""
    call = node.func if isinstance(node, ast.Call) else None
    call = node.value if isinstance(node, ast.Subscript) else call
    name = getattr(call, "attr", getattr(call, "id", None))
    if name in ("ForeignKey", "ForeignKeyConstraint", "relationship", "Mapped"):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield inner.value


def _refers(text: str, model: ModelName) -> bool:
    """Whether a string names the table of a model with a column, or its class."""
    is_column = re.fullmatch(rf"(\w+\.)?{re.escape(model.table)}\.\w+", text)
    return bool(is_column or re.search(rf"\b{model.name}\b", text))
