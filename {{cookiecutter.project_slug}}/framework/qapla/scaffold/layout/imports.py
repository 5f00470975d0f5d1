"""The imports at the head of a module, in the order of Ruff.

Source: Ruff, "isort settings".
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from qapla.scaffold.layout.breaking import lay_out
from qapla.scaffold.lines import split_lines
from qapla.scaffold.syntax import parse

_FRAMEWORK = "qapla"

# The characters of a text, with the value of a number, or its digits after a zero.
_Natural = list[tuple[int, int, str]]


@dataclass(frozen=True)
class Head:
    """A module, cut at its imports: its lines before, the imports one name each, its lines after."""

    before: str
    imports: tuple[str, ...]
    text: str
    after: str


def cut(source: str) -> Head:
    """Return a module, cut at the imports at its head."""
    lines = split_lines(source)
    body = parse(source).body
    is_documented = bool(body) and isinstance(body[0], ast.Expr)
    nodes = list(takewhile(is_import, body[is_documented:]))
    if not nodes:
        row = (body[0].end_lineno or 0) if is_documented else 0
        return Head("".join(lines[:row]), (), "", "".join(lines[row:]))
    start, end = nodes[0].lineno - 1, nodes[-1].end_lineno or 0
    imports = tuple(line for node in nodes for line in single_imports(node))
    return Head("".join(lines[:start]), imports, "".join(lines[start:end]), "".join(lines[end:]))


def canonical_imports(imports: Iterable[str], package: str) -> str:
    """Return imports, one statement for each module, in the sections and the order of Ruff.

    Args:
        imports: The imports, one name each.
        package: The package of the project.
    """
    modules: dict[str, set[str]] = {}
    for statement in imports:
        module, _, name = statement.partition(" import ")
        modules.setdefault(module, set()).add(name)
    statements = [
        f"{module} import {', '.join(sorted(names, key=by_kind))}" if names != {""} else module
        for module, names in modules.items()
    ]
    ordered = sorted(statements, key=lambda line: (section(line, package), *_by_module(line)))
    sections = groupby(ordered, lambda line: section(line, package))
    return "\n".join(lay_out("".join(f"{line}\n" for line in run)) for _, run in sections)


def section(statement: str, package: str) -> int:
    """Return the rank of an import: the standard library, other packages, the framework, the project."""
    root = statement.split()[1].partition(".")[0]
    if root in sys.stdlib_module_names:
        return 0
    return {_FRAMEWORK: 2, package: 3}.get(root, 1)


def is_import(node: ast.stmt) -> bool:
    """Whether a statement is an import."""
    return isinstance(node, (ast.Import, ast.ImportFrom))


def single_imports(node: ast.stmt) -> Iterator[str]:
    """Yield an import as statements with one name each."""
    for alias in getattr(node, "names", ()):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield f"from {module} import {ast.unparse(alias)}"
        else:
            yield f"import {ast.unparse(alias)}"


def bound_name(statement: str) -> str:
    """Return the name that an import of one name binds."""
    return statement.split()[-1].partition(".")[0]


def used_names(source: str) -> set[str]:
    """Return the names that a module uses, in strings too: annotations, `__all__`."""
    found: set[str] = set()
    for node in _without_docstrings(parse(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(re.findall(r"\w+", node.value))
    return found


def by_kind(name: str) -> tuple[int, _Natural, _Natural]:
    """Sort constants before classes, and these before the rest; each in the order of Ruff."""
    is_constant = name.isupper() and len(name) > 1
    kind = 0 if is_constant else 1 if name[:1].isupper() else 2
    return kind, _natural(name.lower()), _natural(name)


def _by_module(statement: str) -> tuple[bool, _Natural]:
    return statement.startswith("from "), _natural(statement.split()[1])


def _natural(text: str) -> _Natural:
    """Return the key of a text, by which 10 is after 2, and both are after 01."""
    return [
        (ord(run), 0, "") if not run.isdecimal() else (ord("0"), *_value(run))
        for run in re.findall(r"[0-9]+|.", text)
    ]


def _value(digits: str) -> tuple[int, str]:
    return (0, digits) if digits.startswith("0") else (int(digits), "")


def _without_docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield node
            yield from _without_docstrings(node)
