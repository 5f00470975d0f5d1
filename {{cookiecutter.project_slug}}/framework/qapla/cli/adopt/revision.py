"""The revision that creates the tables of adopted models, with which their database is stamped.

Source: Alembic, "Rendering Python Code from Operations" and "alembic stamp".
"""

import ast
import hashlib
import re
from collections.abc import Sequence
from textwrap import dedent, indent

from alembic.autogenerate import render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from qapla.cli.adopt.model import AdoptedModel
from qapla.cli.adopt.operations import creating, render_item
from qapla.database.migrations.autogenerate.statements import escaped

_REVISION = '''"""Create the tables that {database} has already.

Revision ID: {revision}
Revises: {revises}
"""

import sqlalchemy as sa
from alembic import op
{imports}

revision: str = "{revision}"
down_revision: str | None = {down_revision!r}
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Upgrade the schema."""
{upgrade}


def downgrade() -> None:
    """Downgrade the schema."""
{downgrade}
'''
# The calls whose first argument is SQL, where a colon begins a parameter.
_WITH_SQL = frozenset(("CheckConstraint", "Computed", "text"))
_DIALECTS = re.compile(r"(?<![\w.'\"])(mysql|postgresql|sqlite)\.[A-Z]")


def base_revision(
    models: Sequence[AdoptedModel], database: str, *, down_revision: str | None = None
) -> str:
    """Return the source text of the revision that creates the tables of models.

    A formatter has to lay it out. The database has the tables, and is stamped with the revision.

    Args:
        models: The models of `reflect`, at least one.
        database: The name of the database; the id of the revision is made of it.
        down_revision: The id of the revision before, or None where there is none.
    """
    # The parameter style of a driver would double the percent signs.
    named = {"paramstyle": "named"}
    context = MigrationContext.configure(dialect_name=models[0].dialect, dialect_opts=named)
    tables = [table for model in models for table in model.tables]
    operations = ops.UpgradeOps(list(creating(tables, context.dialect)))
    upgrade = _rendered(operations, context)
    dialects = ", ".join(sorted(set(_DIALECTS.findall(upgrade))))
    return _REVISION.format(
        database=database,
        revision=base_revision_id(database, down_revision),
        revises=down_revision or "",
        down_revision=down_revision,
        imports=f"from sqlalchemy.dialects import {dialects}" if dialects else "",
        upgrade=upgrade,
        downgrade=_rendered(_undoing(operations), context),
    )


def base_revision_id(database: str, down_revision: str | None) -> str:
    """Return the id of the revision that creates the tables of adopted models.

    Args:
        database: The name of the database.
        down_revision: The id of the revision before, or None where there is none.
    """
    name = database if down_revision is None else f"{database} {down_revision}"
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _undoing(operations: ops.UpgradeOps) -> ops.DowngradeOps:
    """Return the operations of the downgrade. An index goes with its table, or a key may need it."""
    undoing = operations.reverse()
    undoing.ops[:] = [it for it in undoing.ops if not isinstance(it, ops.DropIndexOp)]
    return undoing


def _rendered(operations: ops.UpgradeOps | ops.DowngradeOps, context: MigrationContext) -> str:
    """Return the statements of a function."""
    rendered = render_python_code(operations, render_item=render_item, migration_context=context)
    tree = _Escape().visit(ast.parse(dedent(f"    {rendered}")))
    return indent(ast.unparse(tree), "    ")


class _Escape(ast.NodeTransformer):
    """Escape the colons in SQL, which Alembic leaves to begin parameters."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Escape the first argument of a call that takes SQL."""
        self.generic_visit(node)
        name = getattr(node.func, "attr", "")
        if name in _WITH_SQL and isinstance(node.args[0], ast.Constant):
            node.args[0] = ast.Constant(escaped(str(node.args[0].value)))
        return node
