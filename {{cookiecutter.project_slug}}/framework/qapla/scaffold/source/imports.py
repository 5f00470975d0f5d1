"""The imports at the head of a module: merged and sorted as Ruff does.

Source: Ruff, "isort settings".
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from qapla.scaffold.source.layout import lay_out

_FRAMEWORK = "qapla"
_MARK = "# imports\n"


@dataclass(frozen=True)
class _Head:
    """A module, cut at its imports: its lines before, the imports one name each, its lines after."""

    before: str
    imports: tuple[str, ...]
    text: str
    after: str


def sort_imports(source: str, package: str, known: Iterable[str] = ()) -> str:
    """Return a module with its imports merged and sorted, in sections, and without unused ones.

    Args:
        source: The source of the module.
        package: The package of the project, whose imports come last.
        known: Imports that the module may need besides, one name each.
    """
    head = _cut(source)
    used = _names(head.after)
    imports = [line for line in dict.fromkeys([*head.imports, *known]) if _bound(line) in used]
    gap = "" if head.imports or not imports else "\n"
    return f"{head.before}{gap}{_canonical(imports, package)}{head.after}"


def merge_imports(source: str, old: str, new: str, package: str) -> str:
    """Return a module of the user's with the imports that a new rendering of it has besides.

    Where the imports are sorted, they are sorted again; otherwise lines are added at their end.

    Args:
        source: The source of the module.
        old: The module as it was rendered before.
        new: The module as it is rendered now.
        package: The package of the project.
    """
    head, before, after = _cut(source), _cut(old).imports, _cut(new).imports
    added = [line for line in after if line not in before and line not in head.imports]
    used = _names(head.after)
    unneeded = [line for line in before if line not in after and _bound(line) not in used]
    kept = [line for line in head.imports if line not in unneeded]
    if not added and len(kept) == len(head.imports):
        return source
    if head.text == _canonical(head.imports, package):
        return f"{head.before}{_canonical([*kept, *added], package)}{head.after}"
    lines = "".join(f"{line}\n" for line in added)
    return f"{head.before}{head.text}{lines}{head.after}"


def without_imports(source: str) -> str:
    """Return a module with a mark in the place of its imports."""
    head = _cut(source)
    return f"{head.before}{_MARK}{head.after}"


def with_imports_of(source: str, marked: str) -> str:
    """Return a module with the imports of another one in the place of the mark."""
    return marked.replace(_MARK, _cut(source).text, 1)


def _cut(source: str) -> _Head:
    lines = source.splitlines(keepends=True)
    body = ast.parse(source).body
    is_documented = bool(body) and isinstance(body[0], ast.Expr)
    nodes: list[ast.Import | ast.ImportFrom] = []
    for node in body[is_documented:]:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            break
        nodes.append(node)
    if not nodes:
        row = (body[0].end_lineno or 0) if is_documented else 0
        return _Head("".join(lines[:row]), (), "", "".join(lines[row:]))
    start, end = nodes[0].lineno - 1, nodes[-1].end_lineno or 0
    imports = tuple(_one(node, alias) for node in nodes for alias in node.names)
    return _Head("".join(lines[:start]), imports, "".join(lines[start:end]), "".join(lines[end:]))


def _one(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """Return the import of one name."""
    if isinstance(node, ast.Import):
        return f"import {ast.unparse(alias)}"
    return f"from {'.' * node.level}{node.module or ''} import {ast.unparse(alias)}"


def _canonical(imports: Iterable[str], package: str) -> str:
    """Return imports, one for each module, in the sections and the order of Ruff."""
    modules: dict[str, set[str]] = {}
    for statement in imports:
        module, _, name = statement.partition(" import ")
        modules.setdefault(module, set()).add(name)
    statements = [
        f"{module} import {', '.join(sorted(names, key=by_kind))}" if names != {""} else module
        for module, names in modules.items()
    ]
    ordered = sorted(statements, key=lambda line: (_section(line, package), *_by_module(line)))
    sections = groupby(ordered, lambda line: _section(line, package))
    return "\n".join(lay_out("".join(f"{line}\n" for line in run)) for _, run in sections)


def by_kind(name: str) -> tuple[int, str]:
    """Sort constants before classes, and these before the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name


def _by_module(statement: str) -> tuple[bool, str]:
    return statement.startswith("from "), statement.split()[1]


def _section(statement: str, package: str) -> int:
    """Return the rank of an import: the standard library, other packages, the framework, the project."""
    root = statement.split()[1].partition(".")[0]
    if root in sys.stdlib_module_names:
        return 0
    return {_FRAMEWORK: 2, package: 3}.get(root, 1)


def _bound(statement: str) -> str:
    """Return the name that an import binds."""
    return statement.split()[-1].partition(".")[0]


def _names(source: str) -> set[str]:
    """Return the names that a module uses, in strings too: annotations, `__all__`."""
    found: set[str] = set()
    for node in _without_docstrings(ast.parse(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(re.findall(r"\w+", node.value))
    return found


def _without_docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield node
            yield from _without_docstrings(node)
