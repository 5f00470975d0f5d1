"""Find the places in a module's syntax tree at which the scaffold inserts."""

import ast
from collections.abc import Sequence
from functools import lru_cache

from qapla.exceptions import ScaffoldError


@lru_cache(maxsize=512)
def parse(source: str, path: str) -> ast.Module:
    """Return the syntax tree of a module.

    Raises:
        ScaffoldError: The module is not valid Python.
    """
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ScaffoldError(f"{path} is not valid Python (line {error.lineno}): mend it") from error


def find_list(source: str, name: str, path: str) -> ast.List:
    """Return the list that a module assigns to a name.

    Raises:
        ScaffoldError: The module is not valid Python, or assigns no list to the name.
    """
    value = _assigned(parse(source, path), name)
    if isinstance(value, ast.List):
        return value
    raise ScaffoldError(f"{path} assigns no list to {name}: write {name} = []")


def find_dict(source: str, name: str, keys: Sequence[str], path: str) -> ast.Dict:
    """Return a dict in the dict that a module assigns to a name.

    Args:
        source: The source of the module.
        name: The name that the outermost dict is assigned to.
        keys: The keys that lead to the inner dict.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The module is not valid Python, or has no such dict.
    """
    value = _assigned(parse(source, path), name)
    for key in keys:
        value = item_of(value, key) if isinstance(value, ast.Dict) else None
    if isinstance(value, ast.Dict):
        return value
    place = name + "".join(f'["{key}"]' for key in keys)
    raise ScaffoldError(f"{path} has no dict {place}: write one, to which the scaffold adds")


def item_of(node: ast.Dict, key: str) -> ast.expr | None:
    """Return the value of a dict's key, or None."""
    for name, value in zip(node.keys, node.values, strict=True):
        if isinstance(name, ast.Constant) and name.value == key:
            return value
    return None


def find_function(source: str, name: str, path: str) -> ast.FunctionDef | None:
    """Return the function of a name, or None."""
    for node in parse(source, path).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    return None


def find_class(source: str, name: str, path: str) -> ast.ClassDef | None:
    """Return the class of a name, or None."""
    for node in parse(source, path).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return node
    return None


def _assigned(tree: ast.Module, name: str) -> ast.expr | None:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node.value
    return None
