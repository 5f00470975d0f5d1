"""Fixtures of databases: of any name on any server, and the fleet with its tables."""

import atexit
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.database.dialects.mariadb.server import MariaDBServer
from qapla.database.places.target import Target

from qapla_sample.paths import SAMPLE

# For TLS the driver would read the certificates of the machine at each connection: 35 ms.
MARIADB = URL.create(
    "mysql+pymysql",
    username="root",
    host="127.0.0.1",
    port=3306,
    query={"ssl_disabled": "true"},
)

START_MARIADB = (
    "no MariaDB answers on 127.0.0.1:3306 for root without a password: "
    "type `apt-get install mariadb-server`, `mariadbd-safe &` and then, for root, "
    "`mariadb -e \"ALTER USER root@localhost IDENTIFIED BY ''\"`"
)


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, sample_var: Path
) -> Iterator[Callable[..., Database]]:
    """Return a maker of a database `main` of some name, on the server that the parameter names.

    The parameter is `postgresql` (the embedded one), `sqlite` or `mariadb`.
    """
    server = getattr(request, "param", "postgresql")
    if server == "mariadb":
        request.getfixturevalue("mariadb")
    made: dict[str, Database] = {}

    def make(name: str, **settings: Any) -> Database:
        made[name] = _placed(server, name, tmp_path, sample_var, **settings)
        return made[name]

    yield make
    for database in made.values():
        database.drop()


def _placed(server: str, name: str, files: Path, var: Path, **settings: Any) -> Database:
    """Return a database `main` on a server; SQLite's is in `files`, and MariaDB's the run's own."""
    url: URL = {
        "postgresql": URL.create("postgresql+psycopg", username="postgres", database=name),
        "sqlite": URL.create("sqlite", database=str(files / f"{name}.db")),
        "mariadb": MARIADB.set(database=f"{var.name}_{name}"),
    }[server]
    embedded = var / "postgres" if server == "postgresql" else None
    migrations = SAMPLE / "migrations" / "main"
    target = Target(url=url, migrations=migrations, embedded=embedded, **settings)
    return Database("main").at(target)


@pytest.fixture(scope="session", params=["postgresql", "sqlite", "mariadb"])
def fleet_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sample_var: Path
) -> Iterator[Database]:
    """Return a database with the tables of the fleet and its cargo, made once for each server."""
    from qapla_sample.cargo import Cargo

    server = request.param
    if server == "mariadb":
        request.getfixturevalue("mariadb")
    files = tmp_path_factory.mktemp("fleet")
    database = _placed(server, "fleet_test", files, sample_var, reader=True)
    database.drop()
    database.create()
    Cargo.metadata.create_all(database.engine)
    database.dispose()
    yield database
    database.drop()


@pytest.fixture
def fleet(fleet_server: Database) -> Iterator[Database]:
    """Return that database with empty tables and a reader, whose engines are this test's own."""
    from qapla_sample.cargo import Cargo

    database = fleet_server.at(fleet_server.target)
    with database.engine.begin() as connection:
        for table in reversed(Cargo.metadata.sorted_tables):
            connection.execute(table.delete())
    yield database
    database.dispose()


@pytest.fixture
def session(fleet: Database) -> Iterator[Session]:
    """Return a session of that database."""
    with fleet.get_session() as session:
        yield session


@pytest.fixture(scope="session")
def mariadb(sample_var: Path) -> str:
    """Return the beginning of this run's URLs on MariaDB, whose databases are dropped at its end.

    Skip when there is none; fail where `QAPLA_REQUIRE_SERVICES` promises it.
    """
    engine = create_engine(MARIADB)
    try:
        engine.connect().close()
    except (OperationalError, ModuleNotFoundError):
        if os.environ.get("QAPLA_REQUIRE_SERVICES") == "1":
            pytest.fail(START_MARIADB, pytrace=False)
        pytest.skip(START_MARIADB)
    finally:
        engine.dispose()
    # Not sooner, as the end of pytest still has to do with the databases.
    atexit.register(_drop_on_mariadb, sample_var.name)
    return f"mysql+pymysql://root@127.0.0.1:3306/{sample_var.name}"


def _drop_on_mariadb(prefix: str) -> None:
    server = MariaDBServer(MARIADB, MARIADB)
    with server.connection():
        for name in server.database_names():
            if name.startswith(prefix):
                server.for_database(name).drop()
