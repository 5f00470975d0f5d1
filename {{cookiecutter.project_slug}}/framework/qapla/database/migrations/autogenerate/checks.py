"""Named CHECK constraints in autogenerate: added, dropped, and replaced when an enum's values change.

Alembic compares none by default. Its extension `checkconstraint_byname` expects the constraint of a
native enum too, which no engine creates, and it looks at no values.
"""

import re
from collections.abc import Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import CheckConstraint, Dialect, Enum, Table
from sqlalchemy.schema import Constraint, conv

from qapla.database.dialects import dialect_of

_TEXT = re.compile(r"'((?:[^']|'')*)'")


def compare_checks(
    context: AutogenContext,
    operations: ops.ModifyTableOps,
    schema: str | None,
    name: str,
    found: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    """Add the operations about the CHECK constraints of a table that is there and has a model."""
    if found is None or wanted is None or context.dialect is None:
        return PriorityDispatchResult.CONTINUE
    old = {check["name"]: check for check in context.inspector.get_check_constraints(name, schema)}
    new = {name_of(check, context.dialect): check for check in _checks(wanted, context.dialect)}
    place = {"table_name": name, "schema_name": schema}
    for each in sorted((old.keys() | new.keys()) - {None}, key=str):
        if not context.run_name_filters(each, "check_constraint", place):
            continue
        before = _reflected(old[each], found) if each in old else None
        after = new.get(each)
        if before is not None and after is not None and not _differ(before, after, context.dialect):
            continue
        if before is not None and _is_included(context, before, after, is_reflected=True):
            operations.ops.append(ops.DropConstraintOp.from_constraint(before))
        if after is not None and _is_included(context, after, before, is_reflected=False):
            operations.ops.append(ops.AddConstraintOp.from_constraint(after))
    return PriorityDispatchResult.CONTINUE


def is_created(check: CheckConstraint, dialect: Dialect) -> bool:
    """Whether an engine gets a constraint, which that of a native type is not."""
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    return check._should_create_for_compiler(compiler)


def name_of(check: CheckConstraint, dialect: Dialect) -> conv | None:
    """Return the name of a constraint as the engine has it, to which no convention is applied again."""
    if not isinstance(check.name, str):
        return None
    return conv(dialect.identifier_preparer.format_constraint(check, _alembic_quote=False))


def _checks(table: Table, dialect: Dialect) -> Iterator[CheckConstraint]:
    """Yield the constraints of a table, and those that were written at a column."""
    listed: list[Constraint] = [*table.constraints]
    listed += [constraint for column in table.columns for constraint in column.constraints]
    for found in listed:
        if isinstance(found, CheckConstraint) and is_created(found, dialect):
            yield found


def _reflected(check: Any, table: Table) -> CheckConstraint:
    return CheckConstraint(check["sqltext"], name=conv(check["name"]), table=table)


def _is_included(
    context: AutogenContext,
    check: CheckConstraint,
    other: CheckConstraint | None,
    *,
    is_reflected: bool,
) -> bool:
    name: Any = check.name
    return context.run_object_filters(check, name, "check_constraint", is_reflected, other)


def _differ(before: CheckConstraint, after: CheckConstraint, dialect: Dialect) -> bool:
    """Whether the values of an enum have changed; the server writes any other text in its own form."""
    for column in after.columns:
        if after._type_bound and isinstance(column.type, Enum):
            text = str(before.sqltext)
            if dialect_of(dialect.name).escapes_by_backslash:
                text = text.replace("\\\\", "\\")
            found = {value.replace("''", "'") for value in _TEXT.findall(text)}
            return found != set(column.type.enums)
    return False
