"""Take out of files of the project the lines that the scaffold has added."""

import ast
import re
from collections.abc import Sequence

from qapla.exceptions import ScaffoldError
from qapla.scaffold.source.tree import (
    find_class,
    find_dict,
    find_function,
    find_list,
    item_of,
    parse,
)


def remove_from_list(source: str, name: str, item: str, path: str) -> str:
    """Return a module's source without an item of a list.

    Args:
        source: The source of the module.
        name: The name that the list is assigned to.
        item: The item as source text.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The list has no such item, or not on lines of its own.
    """
    for element in find_list(source, name, path).elts:
        if ast.unparse(element) == ast.unparse(ast.parse(item, mode="eval")):
            return _without_lines(source, element, item, path)
    raise ScaffoldError(f"{path} has no {item} in {name}: remove the one that is there by hand")


def remove_from_dict(
    source: str, name: str, keys: Sequence[str], key: str, value: dict[str, str], path: str
) -> str:
    """Return a module's source without an item of a dict; one that is not there is no matter.

    Args:
        source: The source of the module.
        name: The name that the outermost dict is assigned to.
        keys: The keys that lead to the dict in it.
        key: The key of the item.
        value: The items of its value, a dict itself, as source text.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The item has another value, or is not on lines of its own.
    """
    found = find_dict(source, name, keys, path)
    node = item_of(found, key)
    if node is None:
        return source
    text = ", ".join(f'"{name}": {text}' for name, text in value.items())
    if ast.unparse(node) != ast.unparse(ast.parse(f"{{{text}}}", mode="eval")):
        raise ScaffoldError(f'{path} has another value of "{key}": remove it by hand first')
    start = next(k for k in found.keys if isinstance(k, ast.Constant) and k.value == key)
    changed = _without_lines(source, node, f'"{key}"', path, start=start)
    return _collapsed(changed, find_dict(changed, name, keys, path))


def remove_from_function(source: str, name: str, statements: Sequence[str], path: str) -> str:
    """Return a module's source without some statements of a function; a missing one is no matter."""
    for statement in statements:
        node = find_function(source, name, path)
        wanted = ast.unparse(ast.parse(statement))
        for found in node.body if node is not None else ():
            if ast.unparse(found) == wanted:
                source = _without_lines(source, found, statement, path)
                break
    return source


def remove_annotation(source: str, name: str, attribute: str, path: str) -> str:
    """Return a module's source without the annotation of an attribute of a class."""
    node = find_class(source, name, path)
    for statement in node.body if node is not None else ():
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == attribute:
            return _without_lines(source, statement, attribute, path)
    return source


def remove_section(source: str, section: str, lines: Sequence[str], path: str) -> str:
    """Return an ini file's text without a section.

    Args:
        source: The text of the file.
        section: The name of the section.
        lines: Its lines as the scaffold wrote them.
        path: The path of the file, for errors.

    Raises:
        ScaffoldError: The section has other lines.
    """
    match = re.search(rf"(?m)^\[{re.escape(section)}\]\n((?:(?!\[).*\n?)*)", source)
    if match is None:
        return source
    if match[1].split("\n")[: len(lines)] != list(lines) or match[1].strip() != "\n".join(lines):
        raise ScaffoldError(f"{path} has other lines in [{section}]: remove it by hand first")
    before, after = source[: match.start()].rstrip("\n"), source[match.end() :].lstrip("\n")
    return "\n\n".join(part for part in (before, after) if part).rstrip("\n") + "\n"


def _collapsed(source: str, node: ast.Dict) -> str:
    """Return the source with a dict that has become empty on one line, as Ruff's formatter has it."""
    lines = source.splitlines(keepends=True)
    start, end = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    if node.keys or end != start + 1:
        return source
    lines[start : end + 1] = [lines[start].rstrip() + lines[end].lstrip()]
    return "".join(lines)


def _without_lines(
    source: str, node: ast.expr | ast.stmt, text: str, path: str, start: ast.expr | None = None
) -> str:
    """Return the source without the lines of a node, on which there is nothing else.

    Raises:
        ScaffoldError: There is something else, or the rest would be no Python.
    """
    lines = source.splitlines(keepends=True)
    begin, end = start or node, node.end_lineno or node.lineno
    before = lines[begin.lineno - 1].encode()[: begin.col_offset].strip()
    after = lines[end - 1].encode()[node.end_col_offset or 0 :].strip()
    if before or after not in (b"", b","):
        raise ScaffoldError(f"{path} has {text} on a line with other code: remove it by hand")
    changed = "".join([*lines[: begin.lineno - 1], *lines[end:]])
    parse(changed, path)
    return changed
