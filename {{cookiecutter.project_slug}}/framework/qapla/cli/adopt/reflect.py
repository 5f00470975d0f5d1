"""Make models from the tables of a database."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from qapla.cli.adopt.model import AdoptedModel
from qapla.cli.adopt.reading import Tell
from qapla.cli.adopt.reading.tables import read_tables
from qapla.database.dialects.sqlite.files import path_of
from qapla.database.places.urls import is_file, parse
from qapla.exceptions import AdoptionError

logger = logging.getLogger(__name__)
_NONE: Mapping[str, str] = MappingProxyType({})


def reflect(
    url_or_engine: str | URL | Engine,
    *,
    schema: str | None = None,
    tables: Collection[str] = (),
    known: Mapping[str, str] = _NONE,
    tell: Tell = logger.warning,
) -> list[AdoptedModel]:
    """Make models from the tables of a database, which is only read.

    Args:
        url_or_engine: The URL of the database, or its engine.
        schema: The schema of the tables, or None for the default one.
        tables: The names of the tables, or none for all. Those that they refer to come too.
        known: The models that are there already: for each table the module and the class, as in
            `"rotarran.databases.main.ship:Ship"`. They are referred to, and not made again.
        tell: A function that is called with a line about each thing that is left out.

    Returns:
        The models, in the order of their names.

    Raises:
        AdoptionError: sqlacodegen is not installed, the database cannot be reached, or there is no
            such schema or table.
        SettingsError: The URL is wrong.
    """
    try:
        # Imported here, as it imports dependencies of development.
        from qapla.cli.adopt.writing import write_models
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlacodegen":
            raise
        raise AdoptionError(
            "adopting tables needs the package sqlacodegen: type `uv add --dev sqlacodegen`"
        ) from None
    with _connected(url_or_engine) as connection:
        return write_models(read_tables(connection, schema, tables, tell), connection, known, tell)


@contextmanager
def _connected(url_or_engine: str | URL | Engine) -> Iterator[Connection]:
    """Connect to a database.

    Raises:
        AdoptionError: It cannot be reached, or is a file that does not exist.
    """
    if isinstance(url_or_engine, Engine):
        engine = url_or_engine
    else:
        given = url_or_engine
        text = given if isinstance(given, str) else given.render_as_string(hide_password=False)
        url = parse(SecretStr(text), "the URL")
        _refuse_missing_file(url)
        engine = create_engine(url, poolclass=NullPool)
    try:
        connection = engine.connect()
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        raise AdoptionError(f"the database cannot be reached: {reason}") from error
    with connection:
        yield connection


def _refuse_missing_file(url: URL) -> None:
    """Refuse a file that does not exist, which SQLite would create.

    Raises:
        AdoptionError: The file does not exist.
    """
    if is_file(url) and not path_of(url).exists():
        raise AdoptionError(
            f"the file {path_of(url)} does not exist: correct the path in the URL of the database"
        )
