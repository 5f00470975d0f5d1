"""Take lines that the scaffold has added out of files of the project, by their syntax tree.

A line that is not there any more is no matter.
"""

import ast
import re
from collections.abc import Sequence

from qapla.exceptions import ScaffoldError
from qapla.scaffold.lines import split_lines
from qapla.scaffold.source.brackets import find_brackets
from qapla.scaffold.source.tree import (
    find_class,
    find_dict,
    find_function,
    find_list,
    is_same,
    item_of,
    parse_expression,
)


def remove_from_list(source: str, name: str, index: int, path: str) -> str:
    """Return a module's source without an item of a list.

    Args:
        source: The source of the module.
        name: The name that the list is assigned to.
        index: The number of the item.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: A comment stands beside the item.
    """
    found = find_list(source, name, path)
    changed = find_brackets(source, found).remove(index)
    if changed is None:
        raise _commented(path, ast.unparse(found.elts[index]))
    return changed


def remove_from_dict(
    source: str, name: str, keys: Sequence[str], key: str, value: dict[str, str], path: str
) -> str:
    """Return a module's source without an item of a dict.

    Args:
        source: The source of the module.
        name: The name that the outermost dict is assigned to.
        keys: The keys that lead to the dict in it.
        key: The key of the item.
        value: The items of its value, a dict itself, as source text.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The item has another value, or a comment stands beside it.
    """
    found = find_dict(source, name, keys, path)
    there = item_of(found, key) if found is not None else None
    if found is None or there is None:
        return source
    text = ", ".join(f'"{name}": {text}' for name, text in value.items())
    if not is_same(there, parse_expression(f"{{{text}}}")):
        raise ScaffoldError(f'{path} has another value of "{key}": remove it by hand first')
    index = found.values.index(there)
    changed = find_brackets(source, found).remove(index)
    if changed is None:
        raise _commented(path, f'"{key}"')
    return changed


def remove_from_function(source: str, name: str, statements: Sequence[str], path: str) -> str:
    """Return a module's source without some statements of a function.

    Raises:
        ScaffoldError: Other code or a comment stands on the line of a statement.
    """
    for statement in statements:
        node = find_function(source, name, path)
        wanted = ast.unparse(ast.parse(statement))
        for found in node.body if node is not None else ():
            if node is not None and ast.unparse(found) == wanted:
                source = _without(source, node, found, path)
                break
    return source


def remove_annotation(source: str, name: str, attribute: str, path: str) -> str:
    """Return a module's source without the annotation of an attribute of a class.

    Raises:
        ScaffoldError: Other code or a comment stands on its line.
    """
    node = find_class(source, name, path)
    for statement in node.body if node is not None else ():
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if node is not None and isinstance(target, ast.Name) and target.id == attribute:
            return _without(source, node, statement, path)
    return source


def remove_section(source: str, section: str, lines: Sequence[str], path: str) -> str:
    """Return an ini file's text without a section; comments behind its lines stay.

    Args:
        source: The text of the file.
        section: The name of the section.
        lines: Its lines as the scaffold wrote them.
        path: The path of the file, for errors.

    Raises:
        ScaffoldError: The section has other lines.
    """
    match = re.search(rf"(?m)^\[{re.escape(section)}\][ \t]*\n((?:(?!\[).*\n?)*)", source)
    if match is None:
        return source
    found = match[1].split("\n")
    rest = found[len(lines) :]
    if found[: len(lines)] != list(lines) or any(re.match(r"\s*[^\s#;]", line) for line in rest):
        raise ScaffoldError(f"{path} has other lines in [{section}]: remove it by hand first")
    before, after = source[: match.start()], "\n".join(rest).lstrip("\n") + source[match.end() :]
    return before + after if after else before.rstrip("\n") + "\n" * bool(before.strip())


def _without(
    source: str, node: ast.ClassDef | ast.FunctionDef, statement: ast.stmt, path: str
) -> str:
    """Return the source without the lines of a statement in a body.

    Raises:
        ScaffoldError: Other code or a comment stands there, too.
    """
    lines = split_lines(source)
    start, end = statement.lineno - 1, statement.end_lineno or statement.lineno
    indent = lines[start].encode()[: statement.col_offset]
    if indent.strip() or lines[end - 1].encode()[statement.end_col_offset or 0 :].strip():
        raise ScaffoldError(
            f"{path} has more than `{ast.unparse(statement)}` on its line: remove it by hand first"
        )
    rest = [f"{indent.decode()}pass\n"] if node.body == [statement] else []
    return "".join([*lines[:start], *rest, *lines[end:]])


def _commented(path: str, item: str) -> ScaffoldError:
    return ScaffoldError(f"{path} has a comment beside {item}: move it away first")
