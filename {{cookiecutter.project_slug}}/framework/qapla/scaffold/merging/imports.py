"""Merge imports into the imports of a user's module."""

import ast
from itertools import groupby

from qapla.scaffold.layout.imports import (
    Head,
    bound_name,
    canonical_imports,
    section,
    single_imports,
    used_names,
)
from qapla.scaffold.lines import split_lines
from qapla.scaffold.syntax import parse


def merge_imports(head: Head, old: Head, new: Head, package: str) -> str:
    """Return the imports of a user's module with those that a new rendering of it has besides.

    Where the imports are sorted, they are sorted again; otherwise each statement keeps its place. Those
    that nothing needs any more go.

    Args:
        head: The module of the user.
        old: The module as it was rendered before.
        new: The module as it is rendered now.
        package: The package of the project.
    """
    there = set(head.imports)
    added = [line for line in new.imports if line not in old.imports and line not in there]
    used = used_names(head.after)
    unneeded = [line for line in old.imports if line not in new.imports]
    removed = [line for line in unneeded if line in there and bound_name(line) not in used]
    if not added and not removed:
        return head.text
    if head.text == canonical_imports(head.imports, package):
        kept = [line for line in head.imports if line not in removed]
        return canonical_imports([*kept, *added], package)
    return _edited(head.text, added, removed, package)


def _edited(text: str, added: list[str], removed: list[str], package: str) -> str:
    """Return imports with more and fewer names, in statements that keep their places."""
    lines = split_lines(text)
    rest = list(added)
    for node in reversed(parse(text).body):
        rows = slice(node.lineno - 1, node.end_lineno or node.lineno)
        names = list(single_imports(node))
        gained = [line for line in rest if _module(line) == _module(names[0])]
        wanted = [line for line in [*names, *gained] if line not in removed]
        if wanted != names and _is_alone(lines[rows], node):
            rest = [line for line in rest if line not in gained]
            lines[rows] = split_lines(canonical_imports(wanted, package))
    by_module = groupby(sorted(rest, key=_module), _module)
    for statement in [canonical_imports(run, package) for _, run in by_module]:
        row = _row_behind(lines, section(statement, package), package)
        lines[row:row] = split_lines(statement)
    return "".join(lines)


def _module(statement: str) -> str:
    """Return the first part of an import, which those that can be one statement share."""
    module, _, name = statement.partition(" import ")
    return module if name else statement


def _is_alone(lines: list[str], node: ast.stmt) -> bool:
    """Whether lines hold nothing but a statement, and no comment."""
    text = "".join(lines)
    body = parse(text).body
    return len(body) == 1 and ast.dump(body[0]) == ast.dump(node) and "#" not in text


def _row_behind(lines: list[str], rank: int, package: str) -> int:
    """Return the row behind the last import of a section, or behind all of them."""
    nodes = parse("".join(lines)).body
    same = [
        node for node in nodes if section(next(iter(single_imports(node))), package) == rank
    ] or nodes
    return same[-1].end_lineno or same[-1].lineno
