"""A model with its fields, as it is typed: `main.Ship(name:str, captain:Officer?)`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from qapla.scaffold.fields.column import Column
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.grammar import parse_field, split
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.parse import parse_model
from qapla.scaffold.names.rules import refuse

# A model that is named alone has one field.
NAME = Field("name", "str", ("200",))
SUBJECT_MODEL = "the model"


@dataclass(frozen=True)
class Spec:
    """A model and its fields.

    Args:
        name: The name of the model.
        fields: Its fields, in the order of the columns.
        known: The models of the project, by which references know their tables.
    """

    name: ModelName
    fields: tuple[Field, ...] = (NAME,)
    known: tuple[ModelName, ...] = field(default=(), compare=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns; references to many rows are none."""
        return tuple(self._column(field) for field in self.fields if not field.is_many)

    @cached_property
    def references(self) -> tuple[Column, ...]:
        """Its columns that refer to one row each."""
        return tuple(column for column in self.columns if column.target)

    @cached_property
    def links(self) -> tuple[Column, ...]:
        """Its references to many rows."""
        return tuple(self._column(field) for field in self.fields if field.is_many)

    def _column(self, field: Field) -> Column:
        if not field.is_reference:
            return Column(self.name, field)
        target = ModelName(self.name.database, field.type)
        return Column(self.name, field, next((m for m in self.known if m == target), target))

    def __str__(self) -> str:
        fields = ", ".join(map(str, self.fields))
        return f"{self.name.database}.{self.name.answer}({fields})"


def parse_spec(text: str, databases: list[str], package: str) -> Spec:
    """Return the model that a text describes, `Model` or `database.Model(field:type, …)`, checked.

    Raises:
        Refused: The model or one of its fields is refused.
    """
    head, bracket, inside = text.partition("(")
    name = parse_model(head.strip(), databases, package)
    if not bracket:
        return Spec(name)
    if not inside.rstrip().endswith(")"):
        refuse(SUBJECT_MODEL, text, "its bracket is not closed", f"{name}({NAME})")
    parts = list(split(inside.rstrip()[:-1]))
    if "" in parts:
        refuse(SUBJECT_MODEL, text, "it has an empty field", f"{name}({NAME})")
    return Spec(name, tuple(map(parse_field, parts)))


def with_fields(spec: Spec, fields: Sequence[Field], *, anew: bool) -> Spec:
    """Return a model with fields more.

    Args:
        spec: The model.
        fields: The fields; without any it stays as it is.
        anew: Whether the model's own field is the one of a model that is named alone.
    """
    if not fields:
        return spec
    return replace(spec, fields=(*(() if anew else spec.fields), *fields))
