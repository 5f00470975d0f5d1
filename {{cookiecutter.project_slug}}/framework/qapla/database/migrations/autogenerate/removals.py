"""The order of removals in a revision: MariaDB keeps an index as long as a foreign key needs it."""

from collections.abc import Iterable

from alembic.operations import MigrationScript, ops


def order_removals(scripts: Iterable[MigrationScript]) -> None:
    """Drop foreign keys first, and leave the indexes of a table that is dropped to it."""
    for script in scripts:
        for container in (*script.upgrade_ops_list, *script.downgrade_ops_list):
            _order(container)


def _order(container: ops.OpContainer) -> None:
    dropped = {
        (each.schema, each.table_name)
        for each in container.ops
        if isinstance(each, ops.DropTableOp)
    }
    for each in container.ops:
        if not isinstance(each, ops.ModifyTableOps):
            continue
        if (each.schema, each.table_name) in dropped:
            each.ops = [it for it in each.ops if not isinstance(it, ops.DropIndexOp)]
        each.ops.sort(key=lambda it: not _drops_foreign_key(it))
    container.ops = [
        each
        for each in container.ops
        if not (isinstance(each, ops.ModifyTableOps) and each.is_empty())
    ]


def _drops_foreign_key(operation: ops.MigrateOperation) -> bool:
    return isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey"
