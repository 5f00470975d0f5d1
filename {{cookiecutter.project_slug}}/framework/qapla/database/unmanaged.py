"""The schema of an unmanaged database in tests: the tables of its models.

Source: SQLAlchemy, "Creating and Dropping Database Tables" and "How can I get the CREATE TABLE/ DROP
TABLE output as a string?".
"""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from sqlalchemy import Connection, MetaData, create_mock_engine
from sqlalchemy.schema import CreateSchema
from sqlalchemy.types import SchemaType

from qapla.database.dialects import dialect_of
from qapla.database.migrations.models import import_models
from qapla.exceptions import DatabaseError

if TYPE_CHECKING:
    from qapla.database.database import Database


def metadata_of(database: "Database") -> list[MetaData]:
    """Return the metadata of the declarative bases of a database's models, which are imported.

    Raises:
        DatabaseError: The database has no package of models, or the package no declarative base.
    """
    package = database.models
    if package is None:
        raise DatabaseError(
            f"database {database.name!r} has no package of models, from which its test database is "
            "made: write one, and name it in `models`"
        )
    import_models(database.name, package)
    found: dict[int, MetaData] = {}
    for name in sorted(sys.modules):
        if f"{name}.".startswith(f"{package}."):
            for value in vars(sys.modules[name]).values():
                if _is_declarative(value, package):
                    found.setdefault(id(value.metadata), value.metadata)
    if not found:
        raise DatabaseError(
            f"database {database.name!r}: no module of {package} has a declarative base or a model, "
            "from which its test database is made: write one"
        )
    return list(found.values())


def create_tables(database: "Database") -> None:
    """Create the tables of the models, and their schemas, in a test database.

    Raises:
        DatabaseError: There are no models, or a table of theirs is in another database.
    """
    every = metadata_of(database)
    with database.engine.begin() as connection:
        has_schemas = dialect_of(connection.dialect.name).has_schemas
        for name in sorted({name for it in every for name in _schemas(it, connection)}):
            if not has_schemas:
                _refuse_schema(database, name)
            connection.execute(CreateSchema(name, if_not_exists=True))
        for metadata in every:
            metadata.create_all(connection)


def statements(database: "Database") -> Sequence[str]:
    """Return the statements that create the tables of the models; nothing connects."""
    written: list[str] = []

    def record(statement: Any, parameters: Any) -> None:
        compiled = statement.compile(dialect=mock.dialect)
        written.append(f"{compiled} {compiled.params} {parameters}")

    mock = create_mock_engine(database.target.url, record)
    for metadata in metadata_of(database):
        try:
            metadata.create_all(mock, checkfirst=False)
        except Exception:
            # A listener that needs a connection: the statements are known only when they run.
            written.append(uuid4().hex)
    return written


def _is_declarative(value: Any, package: str) -> bool:
    """Whether a value is a declarative base or a model, of this package and no other one."""
    return (
        isinstance(value, type)
        and f"{value.__module__}.".startswith(f"{package}.")
        and hasattr(value, "registry")
        and isinstance(getattr(value, "metadata", None), MetaData)
    )


def _schemas(metadata: MetaData, connection: Connection) -> Iterator[str]:
    """Yield the schemas of tables, and of the types that the engine keeps in schemas."""
    items: list[Any] = list(metadata.tables.values())
    if dialect_of(connection.dialect.name).has_schemas:
        columns = [column for table in metadata.tables.values() for column in table.columns]
        types = [getattr(column.type, "item_type", column.type) for column in columns]
        # A boolean is one of these types too, without a schema.
        items += [it for it in types if isinstance(it, SchemaType) and hasattr(it, "schema")]
    found = (connection.schema_for_object(item) for item in items)
    yield from (schema for schema in found if schema is not None)


def _refuse_schema(database: "Database", schema: str) -> NoReturn:
    title = dialect_of(database.target.url.get_backend_name()).title
    raise DatabaseError(
        f"database {database.name!r}: on {title} the schema {schema!r} of its models is another "
        "database, which tests leave alone: leave the schema out of the models, or set the engine "
        f"option execution_options in the settings of tests to {{'schema_translate_map': "
        f"{{{schema!r}: None}}}}"
    )
