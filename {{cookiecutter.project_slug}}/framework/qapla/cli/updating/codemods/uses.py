"""The uses of a name of the framework in a module of the project."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qapla.scaffold.syntax import parse


@dataclass(frozen=True)
class Uses:
    """The uses of a name.

    Attributes:
        imports: The statements that import the name.
        calls: The calls by the imported name.
        others: Other uses: as a value, as an attribute of its module, or in `__all__`.
    """

    imports: list[ast.ImportFrom]
    calls: list[ast.Call]
    others: list[ast.expr]


def find_uses(source: str, path: str, name: str, modules: Sequence[str]) -> Uses:
    """Return the uses of a name.

    Args:
        source: The source of the module that uses it.
        path: The path of that module, for errors.
        name: The name.
        modules: The modules that it is imported from.

    Raises:
        ScaffoldError: The module has the name, and is not valid Python.
    """
    uses = Uses([], [], [])
    if name not in source:
        return uses
    tree = parse(source, path)
    bound: set[str] = set()
    for statement in _imports(tree, modules):
        if names := {alias.asname or name for alias in statement.names if alias.name == name}:
            uses.imports.append(statement)
            bound |= names
    owners = set(_owners(tree, modules))
    called = {node.func: node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in bound:
            if node in called:
                uses.calls.append(called[node])
            else:
                uses.others.append(node)
        elif isinstance(node, ast.Attribute) and node.attr == name:
            if ast.unparse(node.value) in owners:
                uses.others.append(node)
        elif isinstance(node, ast.Constant) and node.value == name and bound:
            uses.others.append(node)
    return uses


def bindings(tree: ast.Module) -> Counter[str]:
    """Return the names that a module binds, in any of its scopes, with the times that it does."""
    names = Counter[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] += 1
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names[node.name] += 1
        elif isinstance(node, ast.arg):
            names[node.arg] += 1
        elif isinstance(node, ast.alias):
            names[node.asname or node.name.partition(".")[0]] += 1
    return names


def _imports(tree: ast.Module, modules: Sequence[str]) -> Iterator[ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module in modules:
            yield node


def _owners(tree: ast.Module, modules: Sequence[str]) -> Iterator[str]:
    """Yield the names by which a module uses the modules themselves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = ((alias.asname or alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
        else:
            continue
        yield from (bound for bound, module in names if module in modules)
