"""0.2.0: `read_filters(request, model, columns)` is `Filters(model, *columns).read(request)`.

A view can then name its filters, for the document of the API.
"""

import ast
from dataclasses import dataclass

from qapla.cli.updating.codemods.codemod import Place
from qapla.cli.updating.codemods.rewrite import Node, has_comment, rename_import, replace
from qapla.cli.updating.codemods.uses import bindings, find_uses
from qapla.scaffold.syntax import parse

_OLD, _NEW, _CONSTANT = "read_filters", "Filters", "FILTERS"
_MODULES = ("qapla.web.resource", "qapla.web.resource.filters")
_PARAMETERS = ("request", "model", "columns")


@dataclass(frozen=True)
class _Call:
    """A call of the function, with the source of its arguments."""

    node: ast.Call
    request: str
    model: str
    columns: str

    @property
    def filters(self) -> str:
        """The source of the new object."""
        return f"{_NEW}({', '.join(filter(None, (self.model, self.columns)))})"

    def __str__(self) -> str:
        return f"{self.filters}.read({self.request})"


def change(source: str, path: str) -> str:
    """Return a module with the class in the place of the function.

    Filters by the columns of a constant become a constant too, as in the generated resources. A
    module with a use that cannot be changed is returned as it is.
    """
    uses = find_uses(source, path, _OLD, _MODULES)
    calls = [_read(source, node) for node in uses.calls]
    known = [call for call in calls if call]
    if uses.others or not known or None in calls or _NEW in bindings(parse(source, path)):
        return source
    texts = _texts(source, parse(source, path), known)
    for statement in uses.imports:
        texts |= rename_import(statement, _OLD, _NEW)
    return replace(source, texts)


def places(source: str, path: str) -> list[Place]:
    """Return the uses of the function that a module has."""
    uses = find_uses(source, path, _OLD, _MODULES)
    found = [(node.lineno, _read(source, node)) for node in uses.calls]
    found += [(node.lineno, None) for node in uses.others]
    found = found or [(statement.lineno, None) for statement in uses.imports]
    advice = f"{_NEW}(model, *columns).read(request)"
    return [
        Place(line, f"{_OLD} is gone: write {call or advice}, with {_NEW} from {_MODULES[0]}")
        for line, call in sorted(found, key=lambda place: place[0])
    ]


def _read(source: str, node: ast.Call) -> _Call | None:
    """Return a call, or None if it has other arguments than the function takes, or a comment."""
    given: dict[str | None, ast.expr] = dict(zip(_PARAMETERS, node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in node.keywords}
    is_known = set(given) == set(_PARAMETERS) and len(node.args + node.keywords) == 3
    if not is_known or any(isinstance(argument, ast.Starred) for argument in node.args):
        return None
    if has_comment(source, node):
        return None
    request, model, columns = (ast.get_source_segment(source, given[p]) or "" for p in _PARAMETERS)
    listed = given["columns"]
    if isinstance(listed, (ast.Tuple, ast.List)):
        columns = ", ".join(ast.get_source_segment(source, item) or "" for item in listed.elts)
    else:
        columns = f"*{columns}"
    return _Call(node, request, model, columns)


def _texts(source: str, tree: ast.Module, calls: list[_Call]) -> dict[Node, str]:
    """Return the new text of each node that changes."""
    assignment = _assignment(tree, calls)
    if assignment is None:
        return {call.node: str(call) for call in calls}
    constant = f"{_CONSTANT} = {calls[0].filters}"
    return {
        assignment: f"{ast.get_source_segment(source, assignment)}\n{constant}",
        **{call.node: f"{_CONSTANT}.read({call.request})" for call in calls},
    }


def _assignment(tree: ast.Module, calls: list[_Call]) -> ast.Assign | None:
    """Return the statement that assigns the columns of all calls, where the model is known by then."""
    arguments = {(call.model, call.columns.removeprefix("*")) for call in calls}
    (model, columns), *others = arguments
    bound = bindings(tree)
    if others or bound[columns] != 1 or _CONSTANT in bound:
        return None
    known: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == [columns]:
            return node if model in known else None
        if isinstance(node, ast.ClassDef):
            known.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            known.update(alias.asname or alias.name for alias in node.names)
    return None
