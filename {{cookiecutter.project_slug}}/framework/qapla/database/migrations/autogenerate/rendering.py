"""Render column types so that a revision runs on its own, without the code of the project."""

from typing import Any, Literal

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Enum,
    MetaData,
    String,
    Table,
    TextClause,
    util,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from qapla.database.migrations.autogenerate.checks import condition, is_created
from qapla.database.migrations.autogenerate.enum_types import native_enum
from qapla.database.migrations.autogenerate.statements import escaped


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render a type where Alembic would refer to a name that the revision does not import.

    A `TypeDecorator` is rendered as the type that it stores, and one with variants as that of the
    engine. A revision then means the same for ever, whatever becomes of the decorator. A type of the
    user's or a library's own has nothing else that could stand for it, so that the revision imports
    its module.
    Source: Alembic, "Affecting the Rendering of Types Themselves".
    """
    if kind == "server_default":
        return _default(item, context)
    if kind == "check" and item._type_bound:
        # None leaves it out, which the types of Alembic do not know.
        return _check(item, context)  # type: ignore[return-value]
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator):
        return render._repr_type(stored_type(item, context), context)
    if item._variant_mapping:
        return render._repr_type(_variant(item, context), context)
    plain = _without_check(item, context)
    if plain is not item:
        return render._repr_type(plain, context)
    enum = native_enum(item, context.dialect)
    if enum is not None and not hasattr(item, "item_type"):
        # The revision creates and drops the type by statements of its own.
        values = "".join(f"{value!r}, " for value in enum.enums)
        schema = f", schema={enum.schema!r}" if enum.schema else ""
        prefix = context.opts["sqlalchemy_module_prefix"]
        return f"{prefix}Enum({values}name={str(enum.name)!r}{schema}, create_type=False)"
    module = type(item).__module__
    if not module.startswith("sqlalchemy.") and context.opts["user_module_prefix"] is None:
        context.imports.add(f"import {module}")
    return False


def _default(item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render a default with the colons and percent signs that `text()` takes for the same SQL."""
    default = getattr(item, "arg", None)
    if not isinstance(default, TextClause) or default.compile().params:
        return False
    impl: Any = context.migration_context.impl
    sql = impl.render_ddl_sql_expr(default, is_server_default=True)
    if impl.dialect.paramstyle in ("format", "pyformat"):
        sql = sql.replace("%%", "%")
    return f"{context.opts['sqlalchemy_module_prefix']}text({escaped(sql)!r})"


def stored_type(decorator: TypeDecorator[Any], context: AutogenContext) -> TypeEngine[Any]:
    """Return the type that a decorator stores on the dialect of the migration."""
    stored: TypeEngine[Any] = decorator.dialect_impl(context.dialect)
    if isinstance(stored, TypeDecorator):
        stored = stored.impl_instance
    if isinstance(stored, TypeDecorator):
        return stored_type(stored, context)
    # A driver's variant of a type has a private name, such as `_PGJSON`.
    public = next(base for base in type(stored).__mro__ if not base.__name__.startswith("_"))
    return stored if public is type(stored) else stored.adapt(public)


def _variant(type_: TypeEngine[Any], context: AutogenContext) -> TypeEngine[Any]:
    """Return the variant of a type for the dialect of the migration, or the type without variants."""
    assert context.dialect is not None  # noqa: S101 (for mypy)
    found: TypeEngine[Any] | None = type_._variant_mapping.get(context.dialect.name)
    if found is None:
        found = type_.copy()
        found._variant_mapping = util.EMPTY_DICT
    return found


def _without_check(type_: TypeEngine[Any], context: AutogenContext) -> TypeEngine[Any]:
    """Return a type without the constraint that it makes, which is written beside it.

    In a revision the type would make the constraint of a new column, and drop none.
    """
    assert context.dialect is not None  # noqa: S101 (for mypy)
    if not isinstance(type_, (Boolean, Enum)) or not type_.create_constraint:
        return type_
    if isinstance(type_, Boolean):
        return type_ if context.dialect.supports_native_boolean else Boolean()
    is_native = type_.native_enum and context.dialect.supports_native_enum
    return type_ if is_native else String(type_.length)


def _check(check: CheckConstraint, context: AutogenContext) -> str | None:
    """Render the constraint of a type as any other, or None where the engine has none."""
    assert context.dialect is not None  # noqa: S101 (for mypy)
    if not is_created(check, context.dialect):
        return None
    # The table is a copy without the naming convention.
    convention = getattr(context.opts["target_metadata"], "naming_convention", None)
    table = Table(check.table.name, MetaData(naming_convention=convention))
    name = CheckConstraint("", name=check.name, table=table).name
    plain = CheckConstraint(condition(check, context.dialect), name=name)
    return render._render_constraint(plain, context, None)
