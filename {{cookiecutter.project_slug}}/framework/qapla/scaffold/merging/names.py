"""The names that a module defines."""

import ast
from collections import Counter
from collections.abc import Iterator


def defined_names(tree: ast.Module) -> Counter[str]:
    """Return how often a module defines each name; `Ship.name` is an attribute of a class."""
    return Counter(_defined(tree.body, ""))


def _defined(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{prefix}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _defined(node.body, f"{prefix}{node.name}.")
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        for target in targets:
            yield f"{prefix}{ast.unparse(target)}"
