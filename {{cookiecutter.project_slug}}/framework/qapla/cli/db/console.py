"""`qapla db console`: the client of a database's engine, with its password out of sight."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from qapla.cli.db.running.selection import select

if TYPE_CHECKING:
    from sqlalchemy import URL

    from qapla.database.database import Database


class Client(NamedTuple):
    """A client: its programs, of which one is enough, its arguments, and its variables."""

    programs: tuple[str, ...]
    arguments: tuple[str, ...]
    variables: Mapping[str, str]


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", metavar="DATABASE")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def console(directory: Path, name: str, arguments: tuple[str, ...]) -> None:
    """Open psql, mariadb or sqlite3 on DATABASE; ARGUMENTS are for that program."""
    (database,) = select(directory, [name]).databases
    client = _CLIENTS[database.target.url.get_backend_name()](database)
    program = _program(database, client.programs)
    command = [program, *client.arguments, *arguments]
    # An interrupt is for the client.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **client.variables},
            preexec_fn=_heed_interrupts if os.name == "posix" else None,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    sys.exit(done.returncode)


def _heed_interrupts() -> None:
    """Restore the interrupt in the client, which inherits that it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _program(database: "Database", names: tuple[str, ...]) -> str:
    """Return the path of a client: the embedded server's own, or an installed one.

    Raises:
        ClickException: None is installed.
    """
    # Imported here, as `--help` needs no large library.
    from qapla.embedded.binaries import programs

    if database.target.embedded is not None:
        return str(programs() / names[0])
    for name in names:
        if path := shutil.which(name):
            return path
    raise click.ClickException(
        f"database {database.name!r} needs the program {names[0]}, which is not installed: "
        "install it, and try again"
    )


def _postgresql(database: "Database") -> Client:
    from psycopg.conninfo import make_conninfo

    options = _options(database.connections.direct_url)
    password = options.pop("password", None)
    # `psql` reads a connection string with every option of libpq, so that only the password is apart.
    return Client(("psql",), (make_conninfo("", **options),), _secret("PGPASSWORD", password))


def _mariadb(database: "Database") -> Client:
    url = database.connections.direct_url
    query = {key: str(value) for key, value in url.query.items()}
    options = {
        "--host": url.host,
        "--port": url.port,
        "--user": url.username,
        "--socket": query.get("unix_socket"),
        "--ssl-ca": query.get("ssl_ca"),
        "--ssl-cert": query.get("ssl_cert"),
        "--ssl-key": query.get("ssl_key"),
    }
    arguments = [f"{key}={value}" for key, value in options.items() if value is not None]
    secret = _secret("MYSQL_PWD", url.password)
    return Client(("mariadb", "mysql"), (*arguments, str(url.database)), secret)


def _sqlite(database: "Database") -> Client:
    from qapla.database.dialects.sqlite.files import path_of

    path = path_of(database.url)
    if not path.exists():
        raise click.ClickException(
            f"database {database.name!r} ({path}) does not exist: "
            f"type `{database.target.run} qapla db upgrade --database {database.name}` first"
        )
    return Client(("sqlite3",), (str(path),), {})


def _options(url: "URL") -> dict[str, Any]:
    """Return the keywords that a driver connects by."""
    return dict(url.get_dialect()().create_connect_args(url)[1])


def _secret(variable: str, password: object) -> dict[str, str]:
    return {} if password is None else {variable: str(password)}


_CLIENTS: Mapping[str, Callable[["Database"], Client]] = {
    "postgresql": _postgresql,
    "mysql": _mariadb,
    "mariadb": _mariadb,
    "sqlite": _sqlite,
}
