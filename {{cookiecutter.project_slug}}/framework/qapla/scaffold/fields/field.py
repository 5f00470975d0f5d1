"""A field of a model, as its notation says it: `crew:int=0`, `captain:Officer?`."""

import json
import re
from dataclasses import dataclass

CASCADE = "cascade"
MANY = "many"
INDEX = "index"
# A default that needs no quotes in a list of fields.
_PLAIN = re.compile(r"[A-Za-z0-9_.+:-]+")


@dataclass(frozen=True)
class Field:
    """A field: a column of a type, or a reference to another model.

    Args:
        name: The name of the attribute.
        type: The name of a type, or that of the model that is referred to.
        arguments: The arguments of the type: the length of a string, the values of an enum.
        nullable: Whether it may be NULL.
        unique: Whether no two rows have the same value.
        indexed: Whether it has an index of its own.
        default: The value of rows that are given none, as it is typed.
    """

    name: str
    type: str
    arguments: tuple[str, ...] = ()
    nullable: bool = False
    unique: bool = False
    indexed: bool = False
    default: str | None = None

    @property
    def is_reference(self) -> bool:
        """Whether the type is a model."""
        return self.type[:1].isupper()

    @property
    def is_many(self) -> bool:
        """Whether it refers to many rows, by a table between the two."""
        return self.is_reference and MANY in self.arguments

    @property
    def column(self) -> str:
        """The name of its column."""
        return f"{self.name}_id" if self.is_reference else self.name

    @property
    def is_required(self) -> bool:
        """Whether a new row must be given a value."""
        return not self.nullable and self.default is None

    def __str__(self) -> str:
        arguments = f"({', '.join(self.arguments)})" if self.arguments else ""
        marks = "?" * self.nullable + "!" * self.unique + f":{INDEX}" * self.indexed
        default = "" if self.default is None else f"={_quoted(self.default)}"
        return f"{self.name}:{self.type}{arguments}{marks}{default}"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
