"""The databases and the models that the modules of a project declare."""

import ast
from collections.abc import Iterable, Iterator

from qapla.exceptions import ScaffoldError
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.syntax import parse


def declared_databases(items: Iterable[ast.expr], path: str) -> dict[str, bool]:
    """Return whether the project manages the schema of each of its databases, by their names.

    Args:
        items: The items of the list of databases.
        path: The path of its module, for errors.

    Raises:
        ScaffoldError: An item has another form than `Database("name")`.
    """
    found = {}
    for item in items:
        name = _database_name(item)
        if name is None:
            raise ScaffoldError(
                f'{path}: an item of DATABASES is not of the form Database("name"): write it so'
            )
        found[name] = not (isinstance(item, ast.Call) and _is_unmanaged(item))
    return found


def declared_models(source: str, path: str, database: str) -> Iterator[ModelName]:
    """Yield the models of a module: the classes that name their table.

    Args:
        source: The source of the module.
        path: The path of the module, for errors.
        database: The name of their database.

    Raises:
        ScaffoldError: The module is not valid Python.
    """
    for node in parse(source, path).body:
        table = _table(node) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and table is not None:
            yield ModelName(database, node.name, table)


def _database_name(item: ast.expr) -> str | None:
    if not isinstance(item, ast.Call):
        return None
    named = [keyword.value for keyword in item.keywords if keyword.arg == "name"]
    for name in (*item.args[:1], *named):
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return name.value
    return None


def _is_unmanaged(item: ast.Call) -> bool:
    return any(k.arg == "managed" and ast.unparse(k.value) == "False" for k in item.keywords)


def _table(node: ast.ClassDef) -> str | None:
    """Return the name of a model's table: empty if it is no literal, None for other classes."""
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if "__tablename__" in map(ast.unparse, targets):
            value = getattr(statement, "value", None)
            return str(value.value) if isinstance(value, ast.Constant) else ""
    return None
