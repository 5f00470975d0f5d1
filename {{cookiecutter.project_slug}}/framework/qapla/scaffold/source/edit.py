"""Insert into files of the project that the user may have changed, by their syntax tree."""

import ast
import configparser
from collections.abc import Sequence

from qapla.exceptions import ScaffoldError
from qapla.scaffold.source.layout import lay_out
from qapla.scaffold.source.tree import find_class, find_dict, find_function, find_list, item_of

_INDENT = "    "


def append_to_list(source: str, name: str, item: str, path: str) -> str:
    """Return a module's source with an item more at the end of a list, one item to a line.

    Args:
        source: The source of the module.
        name: The name that the list is assigned to.
        item: The new item as source text.
        path: The path of the module, for errors.
    """
    found = find_list(source, name, path)
    items = [ast.get_source_segment(source, element) or "" for element in found.elts]
    return _append(source, found, items, [f"{item},"])


def append_to_dict(
    source: str, name: str, keys: Sequence[str], key: str, values: dict[str, str], path: str
) -> str:
    """Return a module's source with an item more at the end of a dict, itself a dict.

    Args:
        source: The source of the module.
        name: The name that the outermost dict is assigned to.
        keys: The keys that lead to the dict in it.
        key: The new key.
        values: The items of the new dict, as source text.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The module has no such dict, or the key is there already.
    """
    found = find_dict(source, name, keys, path)
    if item_of(found, key) is not None:
        raise ScaffoldError(f'{path} already has "{key}" in "{keys[-1]}": rename it')
    items = [
        (f"{ast.get_source_segment(source, name)}: " if name else "**")
        + (ast.get_source_segment(source, value) or "")
        for name, value in zip(found.keys, found.values, strict=True)
    ]
    lines = [f'{_INDENT}"{name}": {value},' for name, value in values.items()]
    return _append(source, found, items, [f'"{key}": {{', *lines, "},"])


def append_to_function(source: str, name: str, statements: list[str], path: str) -> str:
    """Return a module's source with statements more at the end of a function's body.

    Raises:
        ScaffoldError: The module is not valid Python, or has no function of that name.
    """
    node = find_function(source, name, path)
    if node is None:
        raise ScaffoldError(
            f"{path} has no function {name}: write one, to which the scaffold adds "
            f"{'; '.join(statements)}"
        )
    last = node.body[-1]
    indented = [f"{' ' * last.col_offset}{statement}" for statement in statements]
    return _insert_after(source, last, indented)


def annotate_class(source: str, name: str, attribute: str, annotation: str, path: str) -> str:
    """Return a module's source with an annotation more in a class, unless the class has it.

    Raises:
        ScaffoldError: The module is not valid Python, or has no class of that name.
    """
    node = find_class(source, name, path)
    if node is None:
        raise ScaffoldError(
            f"{path} has no class {name}: write one, to which the scaffold adds "
            f"{attribute}: {annotation}"
        )
    annotated = [statement for statement in node.body if isinstance(statement, ast.AnnAssign)]
    for statement in annotated:
        if isinstance(statement.target, ast.Name) and statement.target.id == attribute:
            return source
    after = annotated[-1] if annotated else node.body[0]
    return _insert_after(source, after, [f"{' ' * after.col_offset}{attribute}: {annotation}"])


def append_section(source: str, section: str, lines: list[str], path: str) -> str:
    """Return an ini file's text with a section more at its end.

    Raises:
        ScaffoldError: The file has the section already, or cannot be read.
    """
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(source)
    except configparser.Error as error:
        raise ScaffoldError(f"{path} cannot be read: {error}") from error
    if parser.has_section(section):
        raise ScaffoldError(f"{path} already has a section [{section}]: remove or rename it")
    return "\n".join([source.rstrip("\n"), "", f"[{section}]", *lines, ""]).lstrip("\n")


def _append(
    source: str, node: ast.List | ast.Dict, items: Sequence[str], new: Sequence[str]
) -> str:
    """Return the source with lines more at the end of a list or dict.

    Args:
        source: The source of the module.
        node: The list or dict.
        items: Its items as source text.
        new: The lines of the new item.
    """
    lines = source.splitlines(keepends=True)
    end = node.end_lineno or node.lineno
    last = lines[end - 1]
    margin = last[: len(last) - len(last.lstrip())]
    added = [f"{margin}{_INDENT}{line}\n" for line in new]
    if node.lineno == end:
        # The columns of the syntax tree count bytes.
        before = last.encode()[: node.col_offset + 1].decode()
        after = last.encode()[(node.end_col_offset or 0) - 1 :].decode()
        kept = [f"{margin}{_INDENT}{item},\n" for item in items]
        lines[end - 1] = "".join([before, "\n", *kept, *added, margin, after])
    else:
        # On several lines already: they stay as they are, comments included.
        if items:
            _end_with_comma(lines, (node.elts if isinstance(node, ast.List) else node.values)[-1])
        lines[end - 1 : end - 1] = added
    return "".join(lines)


def _insert_after(source: str, node: ast.stmt, new: Sequence[str]) -> str:
    """Return the source with lines more after a statement."""
    lines = source.splitlines(keepends=True)
    end = node.end_lineno or node.lineno
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    lines[end:end] = [lay_out(line) for line in new]
    return "".join(lines)


def _end_with_comma(lines: list[str], item: ast.expr) -> None:
    """Write a comma behind the last item of a list or dict, if there is none."""
    row, column = (item.end_lineno or item.lineno) - 1, item.end_col_offset or 0
    line = lines[row].encode()
    if not line[column:].lstrip().startswith(b","):
        lines[row] = (line[:column] + b"," + line[column:]).decode()
