"""The options of `context.configure`: their types, and those of the user over the framework's."""

from collections.abc import Callable, Sequence
from typing import Any, TextIO, TypedDict, cast

from alembic.runtime.environment import (
    CompareServerDefault,
    CompareType,
    IncludeNameFn,
    IncludeObjectFn,
    OnVersionApplyFn,
    ProcessRevisionDirectiveFn,
    RenderItemFn,
)
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, MetaData

from qapla.database.migrations.autogenerate import comparison
from qapla.database.migrations.autogenerate.rendering import render_item


class Options(TypedDict, total=False):
    """The options of Alembic's `context.configure`."""

    connection: Connection
    url: str | URL
    dialect_name: str
    dialect_opts: dict[str, Any]
    transactional_ddl: bool
    transaction_per_migration: bool
    output_buffer: TextIO
    starting_rev: str
    tag: str
    template_args: dict[str, Any]
    render_as_batch: bool
    target_metadata: MetaData | Sequence[MetaData]
    version_table: str
    version_table_schema: str
    version_table_pk: bool
    include_name: IncludeNameFn
    include_object: IncludeObjectFn
    include_schemas: bool
    process_revision_directives: ProcessRevisionDirectiveFn
    compare_type: bool | CompareType
    compare_server_default: bool | CompareServerDefault
    render_item: RenderItemFn
    literal_binds: bool
    upgrade_token: str
    downgrade_token: str
    alembic_module_prefix: str
    sqlalchemy_module_prefix: str
    user_module_prefix: str
    on_version_apply: OnVersionApplyFn
    autogenerate_plugins: Sequence[str]


def combined(defaults: Options, given: Options, script: ScriptDirectory) -> Options:
    """Return the options for `context.configure`: those given, over or along with the defaults.

    Args:
        defaults: The options of the framework that depend on the command.
        given: The options of the user.
        script: The directory of the revisions.
    """
    options = cast(Options, {**defaults, **given})
    metadata = options["target_metadata"]
    names = comparison.OwnNames([metadata] if isinstance(metadata, MetaData) else metadata, script)
    options.setdefault("include_schemas", len(names.schemas) > 1)
    options["include_name"] = _both(names, given.get("include_name"))
    options["render_item"] = _first(given.get("render_item"), render_item)
    own, theirs = defaults["process_revision_directives"], given.get("process_revision_directives")
    listeners = [it["on_version_apply"] for it in (defaults, given) if "on_version_apply" in it]
    options["on_version_apply"] = _one_by_one(*listeners)
    options["process_revision_directives"] = own if theirs is None else _one_by_one(theirs, own)
    plugins = list(given.get("autogenerate_plugins", ["alembic.autogenerate.*"]))
    if f"~{comparison.NAME}" not in plugins:
        plugins.append(comparison.NAME)
    options["autogenerate_plugins"] = plugins
    return options


def _both(own: Callable[..., bool], theirs: Callable[..., bool] | None) -> IncludeNameFn:
    if theirs is None:
        return own
    return lambda *arguments: own(*arguments) and theirs(*arguments)


def _first(theirs: RenderItemFn | None, own: RenderItemFn) -> RenderItemFn:
    """Return the renderer that asks the user's, and then the framework's."""
    if theirs is None:
        return own

    def render(*arguments: Any) -> Any:
        rendered = theirs(*arguments)
        return own(*arguments) if rendered is False else rendered

    return render


def _one_by_one(*functions: Callable[..., None]) -> Callable[..., None]:
    def process(*arguments: Any, **named: Any) -> None:
        for function in functions:
            function(*arguments, **named)

    return process
