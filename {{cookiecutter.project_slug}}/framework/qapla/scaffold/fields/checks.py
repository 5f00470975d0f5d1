"""Rules that the fields of a model keep together, and those that refer to other models."""

from collections import Counter
from dataclasses import replace

from qapla.scaffold.fields.column import Column
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.identifiers import check_identifiers
from qapla.scaffold.fields.proposals import key_of, renamed
from qapla.scaffold.fields.spec import NAME, SUBJECT_MODEL, Spec
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.fields.types.synonyms import type_of
from qapla.scaffold.fields.types.texts import LONGEST_VALUE
from qapla.scaffold.names import reserved
from qapla.scaffold.names.rules import refuse

# The bytes of a row of MariaDB, in which a character takes four.
_LONGEST_ROW = 65_535
_CHARACTER = 4
# Of the longest of the other types, a UUID as text.
_OTHER = 32 * _CHARACTER
_SUFFIXES = ("Create", "Read", "Controller", "ReadDriver", "WriteDriver")


def check_spec(spec: Spec) -> None:
    """Refuse a model whose fields do not go together.

    Args:
        spec: The model, which knows those of the project, and those that are added with it.

    Raises:
        Refused: A name is taken or would be too long, the rows would, or a reference leads nowhere.
    """
    _check_attributes(spec)
    for column in (*spec.references, *spec.links):
        _check_target(spec, column)
    if not spec.columns:
        refuse(SUBJECT_MODEL, str(spec), "it needs a field with a column", f"{spec.name}({NAME})")
    _check_classes(spec)
    for column in (*spec.columns, *spec.links):
        check_identifiers(column)
    _check_row(spec)


def _check_attributes(spec: Spec) -> None:
    """Refuse fields that would have the same name in the class of the model."""
    names = Counter(name for field in spec.fields for name in _attributes(spec, field))
    # The later one of two is refused, as the earlier one may be there already.
    for field in reversed(spec.fields):
        for name in sorted(_attributes(spec, field)):
            if names[name] > 1 or (name in reserved.FIELD and name != field.name):
                rule = f"{spec.name} has {name!r} already"
                refuse(SUBJECT, str(field), rule, str(renamed(field, "other_", "")))


def _attributes(spec: Spec, field: Field) -> set[str]:
    """Return the names of a field in the class, and of the table that its relationship names there."""
    tables = {Column(spec.name, field).link_table} if field.is_many else set()
    return {field.name, field.column} | tables


def _check_target(spec: Spec, column: Column) -> None:
    """Refuse a reference to a model that is not there, or that it cannot refer to."""
    model, field = spec.name, column.field
    if column.target not in (*spec.known, model):
        elsewhere = [other for other in spec.known if other.name == field.type]
        if elsewhere:
            rule = (
                f"{elsewhere[0]} is in another database, which no foreign key reaches: keep its id "
                f"alone, or add {model.database}.{field.type}"
            )
            refuse(SUBJECT, str(field), rule, str(key_of(field)))
        there = [other.name for other in spec.known if other.database == model.database]
        rule = f"{model.database} has no model {field.type}, only {', '.join(there) or 'none'}"
        meant = type_of(field.type)
        refuse(SUBJECT, str(field), rule, f"{field.name}:{meant}" if meant else str(key_of(field)))
    if field.is_many and column.target == model:
        rule = "many rows of the same model are linked by a model of their own"
        refuse(SUBJECT, str(field), rule, f"{field.name}:{field.type}?")
    if field.is_required and column.target == model:
        rule = "the first row would have none to refer to"
        refuse(SUBJECT, str(field), rule, str(replace(field, nullable=True)))


def _check_classes(spec: Spec) -> None:
    """Refuse fields by which two classes of a module would have the same name."""
    own = {f"{spec.name.name}{suffix}" for suffix in _SUFFIXES}
    references = (*spec.references, *spec.links)
    for column in references:
        if column.field.type in own:
            rule = f"the modules of {spec.name} have a {column.field.type} of their own"
            refuse(SUBJECT, str(column.field), rule, str(key_of(column.field)))
    aliases = Counter(column.alias for column in spec.columns if column.is_enum)
    taken = own | reserved.MODEL | {column.field.type for column in references}
    for column in spec.columns:
        if column.is_enum and (column.alias in taken or aliases[column.alias] > 1):
            rule = f"its values would be of the type {column.alias}, and another class is called so"
            refuse(SUBJECT, str(column.field), rule, str(renamed(column.field, "", "_kind")))


def _check_row(spec: Spec) -> None:
    """Refuse fields that would make rows longer than MariaDB has them."""
    sizes = {field: _bytes(field) for field in spec.fields if not field.is_many}
    if sum(sizes.values()) <= _LONGEST_ROW:
        return
    longest = max(sizes, key=lambda field: sizes[field])
    rule = f"the rows of {spec.name} would be longer than MariaDB has them"
    text = replace(longest, type="text", arguments=(), unique=False, indexed=False)
    refuse(SUBJECT, str(longest), rule, str(text))


def _bytes(field: Field) -> int:
    if field.type == "str":
        return int(field.arguments[0]) * _CHARACTER + 2
    if field.type == "enum":
        return LONGEST_VALUE * _CHARACTER + 2
    return _OTHER
