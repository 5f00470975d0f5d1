"""Fields of a model that was written by hand: the lines to type."""

import ast
from collections.abc import Iterator

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions import parts
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.layout.imports import bound_name, canonical_imports, cut, used_names
from qapla.scaffold.project import Project
from qapla.scaffold.syntax import parse


def refuse_by_hand(project: Project, spec: Spec) -> None:
    """Refuse to add fields to a model that the scaffold did not make.

    Args:
        project: The project.
        spec: The model, with the new fields alone.

    Raises:
        ScaffoldError: The scaffold did not make the model; the text has the lines to type.
    """
    try:
        project.spec(spec.name)
    except ScaffoldError as error:
        lines = "\n".join(f"+ {line}" for line in _lines(project, spec))
        command = f"uv run qapla db revision --database {spec.name.database}"
        fields = ", ".join(field.name for field in spec.fields)
        raise ScaffoldError(f'{error}\n{lines}\nThen type `{command} -m "add {fields}"`') from error


def _lines(project: Project, spec: Spec) -> Iterator[str]:
    """Yield the imports and the attributes of the fields, as the scaffold would write them."""
    path = f"{project.source}/databases/{spec.name.database}/{spec.name.snake}.py"
    source = parts.modules(project, spec)[path]
    attributes = list(_attributes(source, spec))
    used = used_names("\n".join(line.strip() for line in attributes))
    imports = [line for line in cut(source).imports if bound_name(line) in used]
    yield from filter(None, canonical_imports(imports, project.package).splitlines())
    yield from attributes


def _attributes(source: str, spec: Spec) -> Iterator[str]:
    """Yield the lines of the class that declare the columns and relationships of the fields."""
    names = {name for field in spec.fields for name in (field.name, field.column)}
    lines = source.splitlines()
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", None) in names:
            yield from lines[node.lineno - 1 : node.end_lineno]
