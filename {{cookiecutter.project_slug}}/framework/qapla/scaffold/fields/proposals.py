"""Fields that are proposed instead of refused ones."""

from dataclasses import replace

from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.naming import LONGEST_NAME


def renamed(field: Field, before: str, after: str) -> Field:
    """Return a field with words before and after its name, which is cut where it would be too long."""
    kept = field.name[: LONGEST_NAME - len(before) - len(after)].strip("_")
    return replace(field, name=f"{before}{kept}{after}")


def key_of(field: Field) -> Field:
    """Return the id of a reference, without a foreign key."""
    return replace(renamed(field, "", "_id"), type="bigint", arguments=())
