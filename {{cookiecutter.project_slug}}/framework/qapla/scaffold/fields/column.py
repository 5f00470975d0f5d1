"""A field of a model as the blueprints of its modules write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qapla.scaffold.fields.field import CASCADE, Field
from qapla.scaffold.fields.keys import Key
from qapla.scaffold.fields.types import REFERENCE, TYPES
from qapla.scaffold.fields.types.base import Samples, Type, quoted
from qapla.scaffold.names.model import ModelName


@dataclass(frozen=True)
class Column:
    """A field in Python source.

    Args:
        model: The model that has it.
        field: The field.
        target: The model that it refers to, if it is a reference.
    """

    model: ModelName
    field: Field
    target: ModelName | None = None

    @property
    def type(self) -> Type:
        """The type of the field."""
        return REFERENCE if self.target else TYPES[self.field.type]

    @property
    def name(self) -> str:
        """The name of the column, and of the attribute that is mapped to it."""
        return self.field.column

    @property
    def label(self) -> str:
        """The name of the attribute for the row that is referred to."""
        return self.field.name

    @property
    def is_ordered(self) -> bool:
        """Whether clients may filter and sort by it."""
        return self.type.is_ordered

    @property
    def is_enum(self) -> bool:
        """Whether it has one of some values."""
        return self.field.type == "enum"

    @property
    def alias(self) -> str:
        """The name of the type of its values: `ShipStatus`."""
        words = "".join(word.capitalize() for word in self.field.name.split("_"))
        return f"{self.model.name}{words}"

    @property
    def choices(self) -> str:
        """The values of an enum, as Python source."""
        return ", ".join(map(quoted, self.field.arguments))

    @property
    def check(self) -> str:
        """The condition of an enum's constraint, as Python source."""
        return f"sa.column({quoted(self.name)}).in_([{self.choices}])"

    @property
    def keys(self) -> tuple[Key, ...]:
        """Its foreign key, if it is a reference; that of each column of the table between for many."""
        if self.target is None:
            return ()
        if not self.field.is_many:
            return (Key(self.model.table, self.name, self.target.table, self._on_delete),)
        return tuple(
            Key(self.link_table, f"{model.snake}_id", model.table, "CASCADE")
            for model in (self.model, self.target)
        )

    @property
    def relation(self) -> str:
        """The type of the attribute for the row that is referred to."""
        annotation = self._optional(self.field.type)
        return quoted(annotation) if self.target == self.model else annotation

    def relationship(self, references: Sequence["Column"]) -> str:
        """Return the arguments of its relationship.

        Args:
            references: The references of its model.
        """
        same = [column for column in references if column.target == self.target]
        parts = [f"foreign_keys=[{self.name}]"] if len(same) > 1 else []
        if self.target == self.model:
            parts.append(f'remote_side="{self.model.name}.id"')
        return ", ".join(parts)

    @property
    def annotation(self) -> str:
        """The type of the attribute in the model."""
        if self._is_any:
            return self.type.annotation
        return self._optional(self.alias if self.is_enum else self.type.annotation)

    @property
    def mapped(self) -> str:
        """The arguments of `mapped_column`; none where the annotation is enough."""
        parts = [*(key.source for key in self.keys), self._in_model()]
        # The annotation of any JSON says nothing of NULL.
        parts += ["nullable=True"] * (self.field.nullable and self._is_any)
        parts += ["unique=True"] * self.field.unique + ["index=True"] * self.is_indexed
        parts += [f"server_default={self.default}"] if self.default else []
        return ", ".join(part for part in parts if part)

    @property
    def is_indexed(self) -> bool:
        """Whether it has an index that is not unique."""
        return (self.field.indexed or self.target is not None) and not self.field.unique

    @property
    def is_unique(self) -> bool:
        """Whether no two rows have the same value."""
        return self.field.unique

    @property
    def is_constrained(self) -> bool:
        """Whether the database checks or indexes its values."""
        return self.is_enum or self.is_unique or self.is_indexed or self.target is not None

    @property
    def link_table(self) -> str:
        """The name of the table between the two models, if it refers to many rows."""
        return f"{self.model.table}_{self.field.name}"

    @property
    def default(self) -> str:
        """The default of the server, as Python source, or nothing."""
        if self.field.default is None:
            return ""
        return self.type.server_default(self.field.default, self.field)

    @property
    def revision(self) -> str:
        """The arguments of the column in a revision, after its name."""
        parts = [self.type.revision.format(*self.field.arguments)]
        default = f"sa.{self.default}" if self.field.type == "bool" else self.default
        parts += [f"server_default={default}"] if self.default else []
        return ", ".join([*parts, f"nullable={self.field.nullable}"])

    @property
    def schema(self) -> str:
        """The field in the schema of a body: its annotation and its default."""
        plain = self.alias if self.is_enum else self.type.schema or self.type.annotation
        constraints = ", ".join(f"{k}={v}" for k, v in self.type.constraints(self.field).items())
        default = self._schema_default()
        if not constraints:
            return self._optional(plain) + (f" = {default}" if default else "")
        given = f"default={default}, " if default else ""
        return f"{self._optional(plain)} = Field({given}{constraints})"

    @cached_property
    def json(self) -> Samples:
        """Two values in a body or a response, as Python source."""
        return self.type.samples(self.field)

    @property
    def sample(self) -> str:
        """A value in a body, in a test that has a database."""
        if self.target is None:
            return self.json[0]
        return "None" if self.field.nullable else f"factory({self.target.name}).create_sync().id"

    @cached_property
    def python(self) -> Samples:
        """The same values as the drivers have them."""
        return self.type.values(self.field)

    @property
    def _is_any(self) -> bool:
        return self.type.annotation == "Any"

    def _optional(self, annotation: str) -> str:
        return f"{annotation} | None" if self.field.nullable else annotation

    @property
    def _on_delete(self) -> str:
        if CASCADE in self.field.arguments:
            return "CASCADE"
        return "SET NULL" if self.field.nullable else "RESTRICT"

    def _in_model(self) -> str:
        if self.is_enum:
            return f"Choice(*get_args({self.alias}), name={quoted(self.name)})"
        return self.type.column.format(*self.field.arguments)

    def _schema_default(self) -> str:
        if self.field.default is None:
            return "None" if self.field.nullable else ""
        literal = self.type.literal(self.field.default, self.field) or ""
        if self.field.type == "datetime":
            return f"Field(default_factory=lambda: {literal})"
        return f"Field(default_factory={literal})" if self._is_any else literal
