"""The primary key that a module declares for a model."""

import ast
from collections.abc import Iterator

from qapla.scaffold.syntax import parse

KEY = "id: Mapped[PrimaryKey]"
_TYPES = ("BigInteger", "BIGINT")


def declares_key(source: str, path: str, name: str) -> bool:
    """Whether a model has the key of the scaffold's own models: one column `id`, a BIGINT.

    Args:
        source: The source of the module.
        path: The path of the module, for errors.
        name: The name of the class.

    Raises:
        ScaffoldError: The module is not valid Python.
    """
    classes = {it.name: it for it in parse(source, path).body if isinstance(it, ast.ClassDef)}
    keys = [it for it in _statements(classes, name) if _is_key(it)]
    return len(keys) == 1 and _is_own(keys[0])


def _statements(classes: dict[str, ast.ClassDef], name: str) -> Iterator[ast.stmt]:
    """Yield the statements of a class, and of its bases in the module."""
    found = classes.get(name)
    if found is None:
        return
    yield from found.body
    others = {other: node for other, node in classes.items() if other != name}
    for base in found.bases:
        yield from _statements(others, ast.unparse(base))


def _is_key(statement: ast.stmt) -> bool:
    """Whether a statement declares a primary key, or a column of one."""
    return _has_annotated_key(statement) or any(
        _last(node) == "PrimaryKeyConstraint"
        or (isinstance(node, ast.keyword) and _is_true(node, "primary_key"))
        for node in ast.walk(statement)
    )


def _is_own(statement: ast.stmt) -> bool:
    """Whether a statement declares a column `id` that a BIGINT of a foreign key can refer to."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    value = getattr(statement, "value", None)
    arguments = [*value.args, *value.keywords] if isinstance(value, ast.Call) else []
    inside = [node for argument in arguments for node in ast.walk(argument)]
    given = arguments[0] if arguments else None
    is_renamed = isinstance(given, ast.Constant) and given.value != "id"
    is_unsigned = any(isinstance(n, ast.keyword) and _is_true(n, "unsigned") for n in inside)
    is_big = _has_annotated_key(statement) or any(_last(node) in _TYPES for node in inside)
    return [ast.unparse(it) for it in targets] == ["id"] and is_big and not is_renamed | is_unsigned


def _has_annotated_key(statement: ast.stmt) -> bool:
    annotation = getattr(statement, "annotation", None)
    return annotation is not None and any(_last(n) == "PrimaryKey" for n in ast.walk(annotation))


def _is_true(keyword: ast.keyword, name: str) -> bool:
    return keyword.arg == name and ast.unparse(keyword.value) == "True"


def _last(node: ast.AST) -> str | None:
    """Return the last part of a dotted name."""
    return getattr(node, "attr", getattr(node, "id", None))
