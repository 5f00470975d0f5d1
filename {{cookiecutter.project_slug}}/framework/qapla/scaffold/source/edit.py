"""Insert into files of the project that the user may have changed, by their syntax tree.

An insertion that is there already, as its user has typed it, is none.
"""

import ast
import configparser
from collections.abc import Sequence

from qapla.exceptions import ScaffoldError
from qapla.scaffold.layout.breaking import lay_out
from qapla.scaffold.lines import split_lines
from qapla.scaffold.source.brackets import find_brackets
from qapla.scaffold.source.tree import (
    find_class,
    find_dict,
    find_function,
    find_list,
    has_strings,
    is_same,
    item_of,
    parse_expression,
)
from qapla.scaffold.syntax import parse

_INDENT = "    "


def append_to_list(source: str, name: str, item: str, path: str) -> str:
    """Return a module's source with an item more at the end of a list.

    Args:
        source: The source of the module.
        name: The name that the list is assigned to.
        item: The new item as source text.
        path: The path of the module, for errors.

    Raises:
        ScaffoldError: The module is not valid Python, or assigns no list to the name.
    """
    return find_brackets(source, find_list(source, name, path)).append([item])


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
        ScaffoldError: The module has no such dict, or the key with another value.
    """
    text = ", ".join(f'"{name}": {value}' for name, value in values.items())
    new = parse_expression(f"{{{text}}}")
    found = find_dict(source, name, keys, path)
    if found is None:
        if has_strings(parse(source, path), parse_expression(f"[{', '.join(values.values())}]")):
            return source
        place = name + "".join(f'["{each}"]' for each in keys)
        raise ScaffoldError(
            f'{path} has no dict {place}: write one, or add "{key}": {{{text}}} by hand'
        )
    there = item_of(found, key)
    if there is not None and is_same(there, new):
        return source
    if there is not None:
        raise ScaffoldError(f'{path} already has "{key}" in "{keys[-1]}": rename it')
    lines = [f'{_INDENT}"{name}": {value},' for name, value in values.items()]
    return find_brackets(source, found).append([f'"{key}": {{', *lines, "}"])


def append_to_function(source: str, name: str, statements: list[str], path: str) -> str:
    """Return a module's source with statements more at the end of a function's body.

    Raises:
        ScaffoldError: The module is not valid Python, or has no function of that name with a body on
            lines of its own.
    """
    wanted = "; ".join(statements)
    node = find_function(source, name, path)
    if node is None:
        raise ScaffoldError(
            f"{path} has no function {name}: write one, to which the scaffold adds {wanted}"
        )
    there = [ast.unparse(statement) for statement in node.body]
    new = [line for line in statements if ast.unparse(ast.parse(line)) not in there]
    last = node.body[-1]
    row = last.lineno - 1 if isinstance(last, ast.Return) else last.end_lineno or last.lineno
    return _insert(source, node, row, new, path)


def annotate_class(source: str, name: str, attribute: str, annotation: str, path: str) -> str:
    """Return a module's source with an annotation more in a class, unless the class has it.

    Raises:
        ScaffoldError: The module is not valid Python, or has no class of that name with a body on
            lines of its own.
    """
    wanted = f"{attribute}: {annotation}"
    node = find_class(source, name, path)
    if node is None:
        raise ScaffoldError(
            f"{path} has no class {name}: write one, to which the scaffold adds {wanted}"
        )
    annotated = [statement for statement in node.body if isinstance(statement, ast.AnnAssign)]
    for statement in annotated:
        if isinstance(statement.target, ast.Name) and statement.target.id == attribute:
            return source
    after = annotated[-1] if annotated else node.body[0]
    is_before = not annotated and ast.get_docstring(node, clean=False) is None
    row = _first_row(after) if is_before else after.end_lineno or after.lineno
    return _insert(source, node, row, [wanted], path)


def append_section(source: str, section: str, lines: list[str], path: str) -> str:
    """Return an ini file's text with a section more at its end.

    Raises:
        ScaffoldError: The file has the section with other lines, or cannot be read.
    """
    parser, wanted = (configparser.RawConfigParser() for _ in range(2))
    wanted.read_string("\n".join([f"[{section}]", *lines]))
    try:
        parser.read_string(source, path)
    except configparser.Error as error:
        reason = " ".join(str(error).split())
        raise ScaffoldError(f"{path} cannot be read ({reason}): mend it") from error
    if parser.has_section(section):
        if parser.items(section) == wanted.items(section):
            return source
        raise ScaffoldError(f"{path} already has a section [{section}]: remove or rename it")
    end = "" if source.endswith("\n") or not source else "\n"
    gap = "\n" if source.strip() else ""
    return "\n".join([f"{source}{end}{gap}[{section}]", *lines, ""])


def _insert(
    source: str, node: ast.ClassDef | ast.FunctionDef, row: int, new: Sequence[str], path: str
) -> str:
    """Return the source with lines more in a body, above a row that is counted from 0."""
    if not new:
        return source
    lines = split_lines(source)
    first = node.body[0]
    indent = lines[first.lineno - 1][: first.col_offset]
    if indent.strip():
        raise ScaffoldError(
            f"{path} has the body of {node.name} on one line: write it on lines of its own, to which "
            f"the scaffold adds {'; '.join(new)}"
        )
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines[row:row] = [lay_out(f"{indent}{line}") for line in new]
    return "".join(lines)


def _first_row(statement: ast.stmt) -> int:
    """Return the row at which a statement begins, counted from 0, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)]) - 1
