"""Rules that the fields of a model keep together, and those that refer to other models."""

from collections import Counter
from collections.abc import Iterator, Sequence

from qapla.scaffold.fields.column import Column
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.spec import NAME, SUBJECT_MODEL, Spec
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.names import reserved
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.rules import LONGEST_IDENTIFIER, refuse

# A row of MariaDB has 65,535 bytes; a character takes four of them.
_LONGEST_ROW = 16_000
_SUFFIXES = ("Create", "Read", "Controller", "ReadDriver", "WriteDriver")


def check_spec(spec: Spec) -> None:
    """Refuse a model whose fields do not go together.

    Args:
        spec: The model, which knows those of the project, and those that are added with it.

    Raises:
        Refused: A name is taken or would be too long, the rows would, or a reference leads nowhere.
    """
    if not spec.columns:
        refuse(SUBJECT_MODEL, str(spec), "it needs a field with a column", f"{spec.name}({NAME})")
    _check_names(spec)
    for column in (*spec.references, *spec.links):
        _check_target(column, spec.known)
    for column in (*spec.columns, *spec.links):
        _check_identifiers(column)
    lengths = [int(f.arguments[0]) for f in spec.fields if f.type == "str"]
    if sum(lengths) > _LONGEST_ROW:
        longest = next(f for f in spec.fields if f.type == "str" and int(f.arguments[0]) > 200)
        rule = f"the texts of {spec.name} would be longer than a row of MariaDB"
        refuse(SUBJECT, str(longest), rule, f"{longest.name}:text")


def order(specs: Sequence[Spec]) -> list[Spec]:
    """Return models in the order of a list, but each after those that it refers to.

    Raises:
        Refused: They refer to each other in a circle.
    """
    waiting, ordered = list(specs), []
    while waiting:
        open_names = {spec.name for spec in waiting}
        for spec in waiting:
            if not _targets(spec) & open_names - {spec.name}:
                break
        else:
            _refuse_circle(waiting[0], open_names)
        waiting.remove(spec)
        ordered.append(spec)
    return ordered


def refuse_circle(spec: Spec, others: Sequence[Spec]) -> None:
    """Refuse a changed model that would refer to others which refer to it.

    Args:
        spec: The model with its new fields.
        others: The models of the project.

    Raises:
        Refused: There is a circle.
    """
    order([spec, *(other for other in others if other.name != spec.name)])


def _refuse_circle(spec: Spec, names: set[ModelName]) -> None:
    column = next(c for c in (*spec.references, *spec.links) if c.target in names - {spec.name})
    rule = (
        f"{spec.name} and {column.target} would refer to each other, so that neither can be first"
    )
    refuse(SUBJECT, str(column.field), rule, f"{column.field.name}_id:bigint?")


def _targets(spec: Spec) -> set[ModelName | None]:
    return {column.target for column in (*spec.references, *spec.links)}


def _check_names(spec: Spec) -> None:
    names = Counter(name for field in spec.fields for name in {field.name, field.column})
    for field in spec.fields:
        twice = [name for name in (field.name, field.column) if names[name] > 1]
        if twice:
            rule = f"{spec.name} has {twice[0]!r} already"
            refuse(SUBJECT, str(field), rule, _renamed(field, f"other_{field.name}"))
    taken = {f"{spec.name.name}{suffix}" for suffix in _SUFFIXES} | reserved.MODEL
    for column in spec.columns:
        if column.is_enum and column.alias in taken:
            rule = f"its values would be of the type {column.alias}, and another class is called so"
            refuse(SUBJECT, str(column.field), rule, _renamed(column.field, f"{column.name}_kind"))


def _check_target(column: Column, models: Sequence[ModelName]) -> None:
    model, field = column.model, column.field
    if column.target not in (*models, model):
        elsewhere = [other for other in models if other.name == field.type]
        if elsewhere:
            rule = (
                f"{elsewhere[0]} is in another database, which no foreign key reaches: keep its id "
                f"alone, or add {model.database}.{field.type}"
            )
            refuse(SUBJECT, str(field), rule, f"{field.name}_id:bigint")
        there = [other.name for other in models if other.database == model.database]
        rule = f"{model.database} has no model {field.type}, only {', '.join(there) or 'none'}"
        refuse(SUBJECT, str(field), rule, f"{field.name}_id:bigint")
    if field.is_many and column.target == model:
        rule = "many rows of the same model are linked by a model of their own"
        refuse(SUBJECT, str(field), rule, f"{field.name}:{field.type}?")


def _check_identifiers(column: Column) -> None:
    for kind, identifier in _identifiers(column):
        if len(identifier) > LONGEST_IDENTIFIER:
            rule = (
                f"its {kind} {identifier} would be longer than the {LONGEST_IDENTIFIER} bytes of a "
                "name in PostgreSQL"
            )
            refuse(SUBJECT, str(column.field), rule, _renamed(column.field, "short"))


def _identifiers(column: Column) -> Iterator[tuple[str, str]]:
    table = column.model.table
    if column.field.is_many and column.target:
        yield "foreign key", f"fk_{column.link_table}_{column.model.snake}_id_{table}"
        yield (
            "foreign key",
            f"fk_{column.link_table}_{column.target.snake}_id_{column.target.table}",
        )
    elif column.target:
        yield "foreign key", f"fk_{table}_{column.name}_{column.target.table}"
    if column.is_unique:
        yield "constraint", f"uq_{table}_{column.name}"
    if column.is_indexed:
        yield "index", f"ix_{table}_{column.name}"
    if column.is_enum:
        yield "constraint", f"ck_{table}_{column.name}"


def _renamed(field: Field, name: str) -> str:
    return str(field).replace(field.name, name, 1)
