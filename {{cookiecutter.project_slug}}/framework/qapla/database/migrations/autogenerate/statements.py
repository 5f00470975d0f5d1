"""An operation of autogenerate that is SQL, with the SQL that undoes it."""

import re
from collections.abc import Sequence
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

# A colon that `text()` takes for the begin of a parameter, and a backslash that it removes before one.
_SPECIAL = re.compile(r"(?<![:\w\\]):\w+(?![:\w])|\\:\w*(?![:\w])")


class Statements(ops.MigrateOperation):
    """SQL of a revision, one `op.execute` each.

    Args:
        upgrade: The statements of the upgrade.
        downgrade: The statements of the downgrade.
    """

    def __init__(self, upgrade: Sequence[str], downgrade: Sequence[str]) -> None:
        self.upgrade = upgrade
        self.downgrade = downgrade

    def reverse(self) -> "Statements":
        """Return the operation of the downgrade."""
        return Statements(self.downgrade, self.upgrade)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return the difference as `alembic check` shows it."""
        return ("execute", *self.upgrade)


@renderers.dispatch_for(Statements)
def _render(context: AutogenContext, operation: Statements) -> list[str]:
    prefix = context.opts["alembic_module_prefix"]
    return [f"{prefix}execute({escaped(statement)!r})" for statement in operation.upgrade]


def escaped(sql: str) -> str:
    """Return SQL as `text()` takes it, so that it is compiled to the same SQL, without parameters."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", sql)
