"""A database behind a pooler that lends its server connections for one transaction, as PgBouncer may.

Nothing that outlives a transaction holds there: no start-up options, no prepared statements, no settings
of a connection and no advisory locks. Creation, locks and migrations go to the server itself.
Sources: PgBouncer, "Features: SQL feature map for pooling modes"; psycopg, "Prepared statements".
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL

from qapla.database.connect.options import Source
from qapla.database.places.placement import schema_identity
from qapla.exceptions import SettingsError


def direct_url(
    name: str, url: URL, default_url: URL | None, source: Source, variable: Source
) -> URL:
    """Return the URL of the database on the server itself, for the role of the pooler's URL.

    Args:
        name: The name of the database.
        url: The URL by which the pooler is reached.
        default_url: The maintenance URL, which names the server.
        source: The function that names a setting in a message, by its keys.
        variable: The function that names the variable of a setting, by its keys.

    Raises:
        SettingsError: The pooler serves no such driver, or the server itself is not named.
    """
    setting = source("databases", name, "pooler")
    if url.get_backend_name() != "postgresql" or url.get_dialect().driver != "psycopg":
        raise SettingsError(
            f"{setting} is wrong: expected a URL of PostgreSQL, postgresql+psycopg://..., and not of "
            f"{url.drivername}"
        )
    if default_url is None:
        raise SettingsError(
            f"{setting} needs the URL of the server itself, which locks and migrations use: set "
            f"the variable {variable('databases', name, 'default_url')}"
        )
    if schema_identity(url).is_same_server(schema_identity(default_url)):
        raise SettingsError(
            f"{source('databases', name, 'default_url')} names the pooler: write the host and the port "
            "of the server itself"
        )
    if "options" in url.query:
        raise SettingsError(
            f"{source('databases', name, 'url')} has start-up options, which a pooler refuses: remove "
            f"`options`, and type `ALTER ROLE {url.username} IN DATABASE {url.database} SET ...` on "
            "the server"
        )
    return default_url.set(username=url.username, password=url.password, database=url.database)


def options_behind(name: str, options: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Return the options of an engine behind a pooler.

    Args:
        name: The name of the database.
        options: The options from the settings.
        source: The function that names a setting in a message, by its keys.

    Raises:
        SettingsError: The options ask for prepared statements.
    """
    arguments = dict(options.get("connect_args", {}))
    if arguments.get("prepare_threshold") is not None:
        where = source("databases", name, "options", "connect_args", "prepare_threshold")
        raise SettingsError(
            f"{where} is wrong: a pooler of transactions keeps no prepared statements: remove it"
        )
    # Empty, and not absent, so that libpq leaves the variable PGOPTIONS out.
    arguments.update(prepare_threshold=None, options="")
    return {**options, "connect_args": arguments}
