"""Private names of other libraries, each without a public way: a new version must still have them."""

import inspect
from importlib import import_module
from typing import Any

import pytest

# The module, the name in it, and its parameters where it is called or overridden.
NAMES = [
    # Each statement of a session asks it for a connection; `get_bind` would begin a transaction.
    (
        "sqlalchemy.orm",
        "Session._connection_for_bind",
        ["self", "engine", "execution_options", "kw"],
    ),
    # A closed session refuses to begin, by its owner's name.
    ("sqlalchemy.orm", "Session._autobegin_t", ["self", "begin"]),
    # Deleted rows leave the session without a query for each.
    ("sqlalchemy.orm", "Session._remove_newly_deleted", ["self", "states"]),
    # Rows as dicts, without an object for each row.
    ("sqlalchemy", "CursorResult._fetchmany_impl", ["self", "size"]),
    ("sqlalchemy", "CursorResult._row_getter", None),
    # Whether rows of joined collections have to be made unique.
    ("sqlalchemy", "Result._unique_filter_state", None),
    # A type whose values are an SQL expression, which COPY cannot send.
    ("sqlalchemy.types", "TypeEngine._has_bind_expression", None),
    # The types of the engines, of which a revision has that of its own, and the constraint of a type.
    ("sqlalchemy.types", "TypeEngine._variant_mapping", None),
    ("sqlalchemy", "Constraint._should_create_for_compiler", ["self", "compiler", "kw"]),
    # Celery reads its configuration when a task is bound: ours are bound at first use.
    ("celery", "Task._get_exec_options", ["self"]),
    # The extension point of virtual transports, and the name of a result's file.
    ("kombu.transport.virtual", "Channel._put", ["self", "queue", "message"]),
    ("celery.backends.filesystem", "FilesystemBackend._filename", ["self", "key"]),
    # Attributes of a bare request, which has no registry.
    (
        "pyramid.util",
        "InstancePropertyHelper.apply_properties",
        ["target", "properties"],
    ),
]


@pytest.mark.parametrize(("module", "name", "parameters"), NAMES, ids=lambda value: str(value))
def test_a_private_name_is_there(module: str, name: str, parameters: list[str] | None) -> None:
    """With the parameters that ours passes or overrides."""
    found: Any = import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    if parameters is not None:
        found = getattr(found, "__func__", found)
        assert [*inspect.signature(found).parameters][-len(parameters) :] == parameters


def test_a_session_knows_that_it_flushes() -> None:
    """A marked read leaves out its autoflush inside of a flush."""
    session_module: Any = import_module("sqlalchemy.orm")
    assert session_module.Session()._flushing is False


def test_a_select_keeps_the_texts_of_its_parts() -> None:
    """A text in one of them may call a function that writes."""
    sqlalchemy: Any = import_module("sqlalchemy")
    statement = sqlalchemy.select(sqlalchemy.literal(1))
    for name in ("_prefixes", "_suffixes", "_hints", "_statement_hints"):
        assert not getattr(statement, name)


def test_a_task_has_a_check_of_its_arguments() -> None:
    """`delay_on_commit` makes the check before the commit."""
    celery: Any = import_module("celery").Celery(set_as_current=False)

    @celery.task  # type: ignore[untyped-decorator]
    def add(one: int, other: int) -> int:
        return one + other

    with pytest.raises(TypeError, match="other"):
        add.__header__(1)
