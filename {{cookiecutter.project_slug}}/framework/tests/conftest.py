"""What the framework's own tests share: the sample project, and places for its databases."""

import atexit
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qapla.app import Application
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects.mariadb.server import MariaDBServer
from qapla.database.places.target import Target

SAMPLE = Path(__file__).parent / "sample"
sys.path.insert(0, str(SAMPLE))
from embedded_use import Use  # noqa: E402

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

# What a run within a run begins with: an application of its own, on the databases of the sample.
HEAD = """
import threading
import pytest
from sqlalchemy import text
from qapla.testing import BaseApplicationFixture, BaseMigrationTests
from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship

class Application(SampleApplication):
    __module__ = SampleApplication.__module__

class Fixtures(BaseApplicationFixture):
    APP_CLASS = Application

class TestIt(Fixtures):
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the framework's tests make databases of their own, which nothing guards."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("unguarded_databases")


@pytest.fixture(scope="session", autouse=True)
def sample_var() -> Iterator[Path]:
    """Keep the embedded server of the sample in a directory of this run.

    Its name is the run's own: on a server that all runs share, names of databases begin with it.
    It is none of pytest's: for root the server runs as another user, whom the start of any other
    run of pytest would shut out from there.
    """
    var = Path(tempfile.mkdtemp(prefix="qapla-"))
    # Registered before the server's own end, and so done after it.
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ["QAPLA_SAMPLE_PATHS__VAR"] = str(var)
    yield var
    del os.environ["QAPLA_SAMPLE_PATHS__VAR"]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable that the machine has set for the sample reach a test.

    Those of Celery stay: by them the tests of the worker run on other brokers and in other pools.
    """
    # With these pytest shortens nothing, and a nested run prints other lines.
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    kept = ("QAPLA_SAMPLE_PATHS__VAR", "QAPLA_SAMPLE_CELERY__")
    for name in list(os.environ):
        if name.startswith("QAPLA_SAMPLE_") and not name.startswith(kept):
            monkeypatch.delenv(name)


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Place the databases of the sample in files of this test; return their directory."""
    for name in ("main", "analytics"):
        variable = f"QAPLA_SAMPLE_DATABASES__{name.upper()}__URL"
        monkeypatch.setenv(variable, f"sqlite:///{tmp_path}/{name}.db")
    return tmp_path


@pytest.fixture(scope="session")
def cluster(sample_var: Path) -> Path:
    """Return the data of an embedded server that was started once, to be copied."""
    data = sample_var / "cluster" / "postgres"
    use = Use(data)
    assert use.query
    use.end()
    return data


@pytest.fixture
def use(sample_var: Path) -> Iterator[Callable[..., Use]]:
    """Return a maker of processes that use an embedded server; they end with the test."""
    made: list[Use] = []

    def make(data: Path, user: str | None = None, **environment: str) -> Use:
        made.append(Use(data, user, **environment))
        return made[-1]

    yield make
    for process in made:
        process.end()


@pytest.fixture
def data(cluster: Path) -> Iterator[Path]:
    """Return a data directory of this test, with data, in a directory that root's server enters."""
    directory = Path(tempfile.mkdtemp(prefix="qapla-"))
    subprocess.run(["cp", "-a", cluster, directory / "postgres"], check=True)
    yield directory / "postgres"
    shutil.rmtree(directory)


@pytest.fixture
def make_sample(sqlite: Path) -> Iterator[Callable[..., Any]]:
    """Return a maker of applications of the sample, with tables, each given more web plugins."""
    from qapla_sample.application.app import SampleApplication
    from qapla_sample.databases.analytics.event import Event
    from qapla_sample.databases.main.ship import Ship

    made: list[SampleApplication] = []

    def make(*plugins: Callable[[Any], None]) -> SampleApplication:
        class Extended(SampleApplication):
            __module__ = SampleApplication.__module__

            def append_web_plugins(self) -> None:
                super().append_web_plugins()
                for plugin in plugins:
                    plugin(self.config)

        application = Extended().run_command()
        made.append(application)
        Ship.metadata.create_all(application.dbs["main"].engine)
        Event.metadata.create_all(application.dbs["analytics"].engine)
        return application

    yield make
    for application in made:
        for database in application.dbs.values():
            database.dispose()


@pytest.fixture
def sample(make_sample: Callable[..., Any]) -> Any:
    """Return an application of the sample on SQLite, prepared and with its tables."""
    return make_sample()


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test, and the runs inside it, as outside of any worker of pytest-xdist."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Application, "parallel_suffix", "")


@pytest.fixture
def run(
    request: pytest.FixtureRequest, sqlite: Path, no_worker: None
) -> Callable[..., pytest.RunResult]:
    """Return what runs the body of a test class in a run of its own, on SQLite.

    It takes options of the command line too; the module that uses it loads `pytester`.
    """
    # What a run inside this one imports is forgotten after it, and this cannot be imported twice.
    for name in ("alembic.command", "pyramid.config", "sqlalchemy.dialects.postgresql"):
        importlib.import_module(name)
    databases = importlib.import_module("qapla_sample.databases")
    for found in pkgutil.walk_packages(databases.__path__, f"{databases.__name__}."):
        importlib.import_module(found.name)
    pytester: pytest.Pytester = request.getfixturevalue("pytester")

    def run(body: str, *options: str) -> pytest.RunResult:
        path = pytester.makepyfile(HEAD + body)
        plugins = ["-p", "qapla.testing.plugin", "-p", "no:cacheprovider"]
        return pytester.runpytest_inprocess(*plugins, "-W", "error", *options, path)

    return run


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_worker: None
) -> Iterator[Callable[..., DatabaseApplication]]:
    """Return a writer of a project `probe`, which gives its application, unprepared."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in list(os.environ):
        if name.startswith("PROBE_"):
            monkeypatch.delenv(name)

    def write(
        default: str | None = "SETTINGS = {}",
        tests: str | None = "SETTINGS = {}",
        dotenv: str = "",
        databases: tuple[str, ...] = ("main", "analytics"),
    ) -> DatabaseApplication:
        settings = tmp_path / "probe" / "application" / "settings"
        settings.mkdir(parents=True, exist_ok=True)
        for package in (settings, settings.parent, settings.parent.parent):
            (package / "__init__.py").touch()
        for name, source in (("default", default), ("tests", tests)):
            if source is not None:
                (settings / f"{name}.py").write_text(source)
        (tmp_path / "alembic.ini").touch()
        (tmp_path / ".env").write_text(dotenv)
        _forget("probe")

        class ProbeApplication(DatabaseApplication):
            __module__ = "probe.application.app"

            def append_app_plugins(self) -> None:
                self.add_database_app([Database(name, f"migrations_{name}") for name in databases])

            def append_web_plugins(self) -> None:
                self.add_database_web()

        return ProbeApplication()

    yield write
    _forget("probe")


def _forget(package: str) -> None:
    for name in list(sys.modules):
        if name.split(".")[0] == package:
            del sys.modules[name]
    importlib.invalidate_caches()


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
    """Return a database with the tables of `qapla_sample.fleet`, made once for each server."""
    from qapla_sample.fleet import Model

    server = request.param
    if server == "mariadb":
        request.getfixturevalue("mariadb")
    files = tmp_path_factory.mktemp("fleet")
    database = _placed(server, "fleet_test", files, sample_var, reader=True)
    database.drop()
    database.create()
    Model.metadata.create_all(database.engine)
    database.dispose()
    yield database
    database.drop()


@pytest.fixture
def fleet(fleet_server: Database) -> Iterator[Database]:
    """Return that database with empty tables and a reader, whose engines are this test's own."""
    from qapla_sample.fleet import Model

    database = fleet_server.at(fleet_server.target)
    with database.engine.begin() as connection:
        for table in reversed(Model.metadata.sorted_tables):
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
    """Return what this run's URLs on MariaDB begin with; what is there is dropped at its end.

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
