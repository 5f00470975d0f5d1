"""A text that is one of a few, by a CHECK constraint.

Sources: SQLAlchemy, "Enum"; Alembic, "Autogenerating Named Check Constraints".
"""

from sqlalchemy import Enum

_LENGTH = 50


def Choice(*values: str, name: str) -> Enum:  # noqa: N802 (it is written as a type)
    """Return the type of a text that is one of `values`.

    It is VARCHAR with a constraint, which a revision can replace on every engine. A native enum is
    another thing on each.

    Args:
        values: The texts.
        name: The name of the constraint, to which the naming convention adds the table.
    """
    return Enum(
        *values,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        # A value that is added needs no longer column.
        length=max(_LENGTH, *map(len, values)),
    )
