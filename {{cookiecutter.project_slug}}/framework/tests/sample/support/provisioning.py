"""Test databases, their tables and their templates."""

from sqlalchemy import inspect, text

from qapla.database.database import Database
from qapla.database.places.urls import template_stem


def use(database: Database, statement: str) -> None:
    """Commit a statement."""
    with database.engine.begin() as connection:
        connection.execute(text(statement))
    database.dispose()


def tables(database: Database) -> set[str]:
    """Return the tables of a database."""
    found = set(inspect(database.engine).get_table_names())
    database.dispose()
    return found


def templates(database: Database) -> list[str]:
    """Return the names of the templates of a database."""
    stem = template_stem(database.target.url)
    return [name for name in database.server.database_names() if name.startswith(stem)]


def remove(database: Database) -> None:
    """Drop a database and its templates."""
    database.drop()
    for name in templates(database):
        database.server.for_database(name).drop()
