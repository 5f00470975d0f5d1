"""A type of fields: the Python source of it in a model, a revision, a schema and a test."""

from typing import NoReturn

from qapla.scaffold.fields.field import Field
from qapla.scaffold.names.rules import refuse

SUBJECT = "the field"
# The values of a row, and those that replace them.
Samples = tuple[str, str]


class Type:
    """A type of fields, here one without arguments whose annotation decides the column."""

    annotation = ""
    """The type of the attribute of a model."""
    revision = ""
    """The type of the column in a revision."""
    column = ""
    """The type of the column in a model, or nothing where the annotation decides it."""
    schema = ""
    """The type in a body and in a response, where it is not the annotation."""
    is_ordered = True
    """Whether rows can be sorted and filtered by it."""
    may_be_unique = True
    """Whether it has so many values that each row may have one of its own."""
    json: Samples = ("", "")
    """Values in a body or a response, as Python source."""
    python: Samples = ("", "")
    """The same values as drivers have them, where these are others."""
    example = ""
    """A default, for a message; nothing where the type has no defaults."""

    def check_arguments(self, field: Field, text: str) -> tuple[str, ...]:
        """Return the arguments of a field, checked, with those that it leaves out.

        Args:
            field: The field.
            text: Its notation, for errors.

        Raises:
            Refused: The type takes other arguments.
        """
        if field.arguments:
            refuse(SUBJECT, text, f"{field.type} takes no arguments", f"{field.name}:{field.type}")
        return ()

    def literal(self, default: str, field: Field) -> str | None:
        """Return a default as Python source, or None where it is not one of the type."""
        return None

    def server_default(self, default: str, field: Field) -> str:
        """Return a default as Python source for a column."""
        return quoted(default)

    def is_indexable(self, field: Field) -> bool:
        """Whether a field may be unique or indexed, on each engine."""
        return self.is_ordered

    def proposal(self, field: Field) -> str:
        """Return a default that a field may have."""
        return self.example

    def samples(self, field: Field) -> Samples:
        """Return values in a body or a response, as Python source."""
        return self.json

    def values(self, field: Field) -> Samples:
        """Return the same values as the drivers have them."""
        return self.python if self.python[0] else self.samples(field)

    def constraints(self, field: Field) -> dict[str, str]:
        """Return the arguments of pydantic's `Field` for the values that clients send."""
        return {}


def quoted(text: str) -> str:
    """Return a text as a string in Python source, in the quotes of Ruff's formatter."""
    source = repr(text)
    if source[0] == "'" and '"' not in text:
        return f'"{source[1:-1]}"'
    return source


def refuse_arguments(field: Field, text: str, rule: str, arguments: str) -> NoReturn:
    """Refuse the arguments of a field, with others that are accepted."""
    refuse(SUBJECT, text, rule, f"{field.name}:{field.type}({arguments})")
