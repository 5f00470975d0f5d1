"""References to other models."""

from qapla.scaffold.fields.field import CASCADE, MANY, Field
from qapla.scaffold.fields.types.base import SUBJECT, Type
from qapla.scaffold.names.rules import refuse


class Reference(Type):
    """The id of a row of another model, or many of them by a table between the two."""

    annotation = "int"
    # As the key that it refers to.
    revision = 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    schema = "Int64"
    json = ("1", "2")

    def check_arguments(self, field: Field, text: str) -> tuple[str, ...]:
        plain = f"{field.name}:{field.type}"
        if len(field.arguments) > 1 or not set(field.arguments) <= {CASCADE, MANY}:
            rule = f"a reference takes ({CASCADE}) or ({MANY})"
            refuse(SUBJECT, text, rule, f"{plain}({CASCADE})")
        if field.arguments == (MANY,) and (field.nullable or field.unique or field.indexed):
            refuse(SUBJECT, text, f"({MANY}) goes with no mark", f"{plain}({MANY})")
        return field.arguments
