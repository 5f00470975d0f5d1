"""Render column types so that a revision runs on its own, without the code of the project."""

from typing import Any, Literal

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator, TypeEngine

from qapla.database.migrations.autogenerate.enum_types import native_enum


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render a type where Alembic would refer to a name that the revision does not import.

    A `TypeDecorator` is rendered as the type that it stores. A revision then means the same for
    ever, whatever becomes of the decorator. A type of the user's or a library's own has nothing
    else that could stand for it, so that the revision imports its module.
    Source: Alembic, "Affecting the Rendering of Types Themselves".
    """
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator):
        return render._repr_type(stored_type(item, context), context)
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
