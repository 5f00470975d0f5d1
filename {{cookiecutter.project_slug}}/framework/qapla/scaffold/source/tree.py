"""Find the places in a module's syntax tree at which the scaffold inserts."""

import ast
import tokenize
from collections.abc import Sequence
from io import StringIO

from qapla.exceptions import ScaffoldError
from qapla.scaffold.syntax import parse


def find_list(source: str, name: str, path: str) -> ast.List:
    """Return the list that a module assigns to a name.

    Raises:
        ScaffoldError: The module is not valid Python, or assigns no list to the name.
    """
    value = _assigned(parse(source, path), name)
    if isinstance(value, ast.List):
        return value
    raise ScaffoldError(f"{path} assigns no list to {name}: write {name} = [...]")


def find_dict(source: str, name: str, keys: Sequence[str], path: str) -> ast.Dict | None:
    """Return a dict in the dict that a module assigns to a name, or None.

    Args:
        source: The source of the module.
        name: The name that the outermost dict is assigned to.
        keys: The keys that lead to the inner dict.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The module is not valid Python.
    """
    value = _assigned(parse(source, path), name)
    for key in keys:
        value = item_of(value, key) if isinstance(value, ast.Dict) else None
    return value if isinstance(value, ast.Dict) else None


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


def parse_expression(text: str) -> ast.expr:
    """Return the syntax tree of an expression that the scaffold writes."""
    return ast.parse(text, mode="eval").body


def is_same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two pieces of code differ at most in their layout."""
    return ast.dump(one) == ast.dump(other)


def is_same_module(one: str, other: str) -> bool:
    """Whether two modules differ at most in the layout of their code; comments belong to it."""
    try:
        same = is_same(parse(one), parse(other))
    except ScaffoldError:
        return False
    return same and _comments(one) == _comments(other)


def has_strings(tree: ast.AST, wanted: ast.AST) -> bool:
    """Whether all strings of a piece of code are somewhere in another one."""
    return _strings(wanted) <= _strings(tree)


def _strings(tree: ast.AST) -> set[str]:
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


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


def _comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
