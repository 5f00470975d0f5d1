"""Add fields to a model that the scaffold made: to its modules, with a revision."""

from collections.abc import Sequence
from dataclasses import replace

from qapla.exceptions import Refused
from qapla.scaffold.additions import revision
from qapla.scaffold.additions.by_hand import refuse_by_hand
from qapla.scaffold.additions.changed import change_modules
from qapla.scaffold.additions.targets import check_targets
from qapla.scaffold.fields.checks import check_spec
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.fields.together import check_together
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.rules import refuse
from qapla.scaffold.project import Project


def add_fields(project: Project, model: ModelName, fields: Sequence[Field]) -> None:
    """Add fields to a model.

    Args:
        project: The project.
        model: The name of the model.
        fields: The new fields.

    Raises:
        Refused: A field does not go with the others, or with the rows that are there.
        ScaffoldError: The scaffold did not make the model, or its lines were changed.
    """
    added = Spec(model, tuple(fields), tuple(project.models()))
    check_targets(project, added)
    refuse_by_hand(project, added)
    old = project.spec(model)
    new = replace(old, fields=(*old.fields, *fields))
    try:
        check_spec(new)
        check_together([new, *(spec for spec in project.specs() if spec != old)])
    except Refused as refused:
        subject, value, rule, answer = refused.args
        raise Refused(subject, value, rule, str(_for_rows(parse_field(answer)))) from None
    for field in fields:
        _check_rows(field)
    change_modules(project, old, new)
    project.create(revision.addition_of(project, replace(old, fields=tuple(fields))))
    project.keep(models=[new if spec == old else spec for spec in project.specs()])


def _check_rows(field: Field) -> None:
    """Refuse a field that a table with rows cannot be given."""
    if field != _for_rows(field):
        rule = "the rows that are there would have no value"
        refuse(SUBJECT, str(field), rule, str(_for_rows(field)))


def _for_rows(field: Field) -> Field:
    """Return a field that a table with rows can be given."""
    return replace(field, nullable=True) if field.is_required and not field.is_many else field
