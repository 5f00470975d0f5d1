"""Insert into files of the project that the user may have changed, by their syntax tree."""

import ast
import configparser

from qapla.exceptions import ScaffoldError


def list_items(source: str, name: str, path: str) -> list[ast.expr]:
    """Return the items of a list that a module assigns to a name.

    Raises:
        ScaffoldError: The module is no Python, or assigns no list to the name.
    """
    return _list(source, name, path).elts


def append_to_list(source: str, name: str, item: str, path: str) -> str:
    """Return a module's source with an item more at the end of a list, one item to a line.

    Args:
        source: The source of the module.
        name: The name that the list is assigned to.
        item: The new item as source text.
        path: The path of the module, for errors.
    """
    found = _list(source, name, path)
    lines = source.splitlines(keepends=True)
    end = found.end_lineno or found.lineno
    items = [ast.get_source_segment(source, element) or "" for element in found.elts]
    if found.lineno == end:
        before, after = lines[end - 1][: found.col_offset], lines[end - 1][found.end_col_offset :]
        body = "".join(f"    {text},\n" for text in [*items, item])
        lines[end - 1] = f"{before}[\n{body}]{after}"
    else:
        # On several lines already: what stands there, comments included, stays as it is.
        if found.elts:
            _end_with_comma(lines, found.elts[-1])
        lines.insert(end - 1, f"    {item},\n")
    return "".join(lines)


def append_to_function(source: str, name: str, statements: list[str], path: str) -> str:
    """Return a module's source with statements more at the end of a function's body.

    Raises:
        ScaffoldError: The module is no Python, or has no function of that name.
    """
    for node in _tree(source, path).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            lines = source.splitlines(keepends=True)
            last = node.body[-1]
            end = last.end_lineno or last.lineno
            indent = " " * last.col_offset
            if not lines[end - 1].endswith("\n"):
                lines[end - 1] += "\n"
            lines[end:end] = [f"{indent}{statement}\n" for statement in statements]
            return "".join(lines)
    raise ScaffoldError(
        f"{path} has no function {name}: write one, to which the scaffold adds "
        f"{'; '.join(statements)}"
    )


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


def _end_with_comma(lines: list[str], item: ast.expr) -> None:
    """Write a comma behind the last item of a list, if there is none."""
    row, column = (item.end_lineno or item.lineno) - 1, item.end_col_offset or 0
    # The columns of the syntax tree count bytes.
    line = lines[row].encode()
    if not line[column:].lstrip().startswith(b","):
        lines[row] = (line[:column] + b"," + line[column:]).decode()


def _tree(source: str, path: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ScaffoldError(f"{path} is not valid Python (line {error.lineno}): mend it") from error


def _list(source: str, name: str, path: str) -> ast.List:
    for node in _tree(source, path).body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if named and isinstance(node.value, ast.List):
            return node.value
    raise ScaffoldError(f"{path} assigns no list to {name}: write {name} = []")
