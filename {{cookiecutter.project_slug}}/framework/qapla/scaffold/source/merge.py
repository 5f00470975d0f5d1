"""Carry the change between two renderings of a module over to the module as its user has changed it."""

import ast
from collections import Counter

from qapla.exceptions import ScaffoldError
from qapla.scaffold.layout.imports import Head, bound_name, cut, is_import, single_imports
from qapla.scaffold.lines import split_lines
from qapla.scaffold.merging.conflict import Conflict
from qapla.scaffold.merging.imports import merge_imports
from qapla.scaffold.merging.lines import Chunk, merge_lines
from qapla.scaffold.merging.names import defined_names
from qapla.scaffold.syntax import parse


def merge_module(old: str, new: str, theirs: str, path: str, package: str) -> str:
    """Return a user's module with the change from an old rendering of it to a new one.

    Args:
        old: The module as it was rendered.
        new: The module as it is rendered now.
        theirs: The module of the user, made from the old one.
        path: The path of the file, for errors.
        package: The package of the project.

    Raises:
        Conflict: The user has changed the same lines, or uses the same names.
        ScaffoldError: The module is not valid Python.
    """
    tree = parse(theirs, path)
    if theirs == old:
        return new
    before, after, head = (cut(text) for text in (old, new, theirs))
    top = merge_lines(before.before, after.before, head.before)
    rest = merge_lines(before.after, after.after, head.after)
    if top.conflicts or rest.conflicts:
        raise _conflict(path, [*top.conflicts, *rest.conflicts])
    if not _is_right(old, new, theirs, f"{top.text}{head.text}{rest.text}"):
        raise _conflict(path, [Chunk(tuple(split_lines(old)), tuple(split_lines(new)), ())])
    _refuse_other_names(tree, before, after, path)
    merged = Head(top.text, head.imports, head.text, rest.text)
    return f"{top.text}{merge_imports(merged, before, after, package)}{rest.text}"


def _is_right(old: str, new: str, theirs: str, merged: str) -> bool:
    """Whether a merged module defines the names that it is to, each in its class, as often as before."""
    try:
        before, after, user, found = (
            defined_names(parse(text)) for text in (old, new, theirs, merged)
        )
    except ScaffoldError:
        return False
    return found == (user - (before - after)) | (after - before)


def _refuse_other_names(tree: ast.Module, old: Head, new: Head, path: str) -> None:
    """Refuse to import names to which the user has given another meaning."""
    bound = _bound_names(tree)
    for line in new.imports:
        name = bound_name(line)
        if line not in old.imports and bound.get(name, line) != line:
            raise Conflict(f"{path} has another {name} than `{line}`: rename it first")


def _bound_names(tree: ast.Module) -> dict[str, str]:
    """Return the statements that bind the names of a module."""
    bound = {name: name for name in defined_names(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and is_import(node):
            bound |= {bound_name(line): line for line in single_imports(node)}
    return bound


def _conflict(path: str, chunks: list[Chunk]) -> Conflict:
    lines = []
    for chunk in chunks:
        removed, added = Counter(chunk.old), Counter(chunk.new)
        lines += [f"- {line}" for line in chunk.old if (removed - added)[line] and line.strip()]
        lines += [f"+ {line}" for line in chunk.new if (added - removed)[line] and line.strip()]
    head = f"{path} has other lines than the scaffold wrote: change these by hand\n"
    return Conflict(f"{head}{''.join(lines)}".rstrip("\n"))
