"""Named CHECK constraints in autogenerate: added, dropped, and replaced when an enum's values change.

Alembic compares none by default. Its extension `checkconstraint_byname` expects the constraint of a
native enum too, which no engine creates, and it looks at no values.
"""

import re
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import CheckConstraint, ColumnElement, Dialect, Enum, Table, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import conv
from sqlalchemy.types import TypeEngine

from qapla.database.dialects import dialect_of
from qapla.database.migrations.autogenerate.statements import escaped

# Texts of SQL, where a backslash is a character, and where it escapes one.
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_ESCAPED = re.compile(r"'((?:[^'\\]|''|\\.)*)'")


def compare_checks(
    context: AutogenContext,
    operations: ops.ModifyTableOps,
    schema: str | None,
    name: str,
    found: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    """Add the operations about the CHECK constraints of a table that is there and has a model."""
    dialect = context.dialect
    if found is None or wanted is None or dialect is None:
        return PriorityDispatchResult.CONTINUE
    old = _in_database(context, name, schema)
    new = _of_model(wanted, dialect)
    unnamed = _unnamed(context, name, schema)
    place: Any = {"table_name": name, "schema_name": schema}
    # Alembic writes down no constraint of a column alone.
    of_columns = {str(check.name) for column in wanted.columns for check in column.constraints}
    for each in sorted((old.keys() | new.keys()) - of_columns):
        if not context.run_name_filters(each, "check_constraint", place):
            continue
        before = None
        if each in old:
            before = CheckConstraint(Condition(old[each]), name=conv(each), table=found)
        after = new.get(each)
        # One without a name, or in a column of MariaDB, which SQLAlchemy does not read.
        is_by_hand = before is None and after is not None and not after._type_bound
        if is_by_hand and (each in found.columns or _words(str(new[each].sqltext)) in unnamed):
            continue
        if before is not None and after is not None and not _differ(old[each], after, dialect):
            continue
        if before is not None and _is_included(context, before, after, is_reflected=True):
            operations.ops.append(ops.DropConstraintOp.from_constraint(before))
        if after is not None and _is_included(context, after, before, is_reflected=False):
            plain = CheckConstraint(condition(after, dialect), name=conv(each), table=found)
            operations.ops.append(ops.AddConstraintOp.from_constraint(plain))
    return PriorityDispatchResult.CONTINUE


def is_created(check: CheckConstraint, dialect: Dialect) -> bool:
    """Whether an engine gets a constraint, which that of a native type is not."""
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    return check._should_create_for_compiler(compiler)


class Condition(ColumnElement[bool]):
    """The SQL of a constraint, which Alembic writes into a revision as it is.

    The columns of a model would take the constraint that Alembic makes for the revision.
    """

    inherit_cache = False

    def __init__(self, sql: str) -> None:
        self.sql = escaped(sql)


@compiles(Condition)
def _sql(condition: Condition, compiler: Any, **options: Any) -> str:
    return condition.sql


def condition(check: CheckConstraint, dialect: Dialect) -> Condition:
    """Return the SQL of a model's constraint."""
    # In this style a percent sign is not doubled.
    kind: Any = type(dialect)
    literal = {"literal_binds": True, "include_table": False}
    return Condition(
        str(check.sqltext.compile(dialect=kind(paramstyle="named"), compile_kwargs=literal))
    )


def _in_database(context: AutogenContext, table: str, schema: str | None) -> dict[str, str]:
    """Return the texts of a table's named constraints in the database."""
    found = context.inspector.get_check_constraints(table, schema)
    return {check["name"]: check["sqltext"] for check in found if check["name"]}


def _unnamed(context: AutogenContext, table: str, schema: str | None) -> set[str]:
    """Return the conditions of a table's constraints without a name in the database."""
    found = context.inspector.get_check_constraints(table, schema)
    return {_words(check["sqltext"]) for check in found if not check["name"]}


def _words(sql: str) -> str:
    """Return a condition without spaces and quotes."""
    return re.sub(r"[\s`\"]", "", sql).lower()


def _of_model(table: Table, dialect: Dialect) -> dict[str, CheckConstraint]:
    """Return the named constraints of a table by the names that the engine has."""
    name = dialect.identifier_preparer.format_constraint
    return {
        str(name(check, _alembic_quote=False)): check
        for check in table.constraints
        if isinstance(check, CheckConstraint)
        and isinstance(check.name, str)
        and is_created(check, dialect)
    }


def _is_included(
    context: AutogenContext,
    check: CheckConstraint,
    other: CheckConstraint | None,
    *,
    is_reflected: bool,
) -> bool:
    name: Any = check.name
    return context.run_object_filters(check, name, "check_constraint", is_reflected, other)


def _differ(before: str, after: CheckConstraint, dialect: Dialect) -> bool:
    """Whether the values of an enum have changed; the server writes any other text in its own form."""
    for column in after.columns:
        enum = _enum(column.type)
        if after._type_bound and enum is not None:
            return _texts(before, dialect) != set(enum.enums)
    return False


def _texts(sql: str, dialect: Dialect) -> set[str]:
    """Return the texts in a constraint as the server has it."""
    if dialect_of(dialect.name).escapes_by_backslash:
        return {re.sub(r"\\(.)|'(')", r"\1\2", text) for text in _ESCAPED.findall(sql)}
    return {text.replace("''", "'") for text in _TEXT.findall(sql)}


def _enum(type_: TypeEngine[Any]) -> Enum | None:
    """Return the enum of a column, which a decorator may have."""
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return type_ if isinstance(type_, Enum) else None
