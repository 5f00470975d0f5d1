"""A project that is installed from its wheel, without its checkout."""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest
from answers import GOOD_ANSWERS
from baking import generate, run, succeed
from servers import PostgreSQL, free_port
from serving import ask, read, served

UPGRADE = """
    from rotarran import main
    for database in main.run_command().dbs.values():
        database.create()
        database.migrations.upgrade()
"""
# The process that forks has a connection to each database in its pools.
CONNECTED = """
    exec(open("gunicorn.conf.py").read())

    def on_starting(server):
        from rotarran import main
        for database in main.run_wsgi({}) and main.dbs.values():
            with database.get_session() as session:
                session.connection()
"""


@pytest.fixture(scope="module")
def place(template: Path, workplace: Path) -> Path:
    """Return a directory with an installed project, its environment, and two files of its own."""
    project, _ = generate(template, workplace / "wheels", GOOD_ANSWERS["two databases"])
    place = workplace / "installed"
    place.mkdir()
    succeed(["uv", "build", "--quiet", "--wheel", "--out-dir", str(place), "."], project)
    (wheel,) = place.glob("*.whl")
    succeed(["uv", "venv", "--quiet", "--python", sys.executable, "env"], place)
    wanted = f"{wheel}[gunicorn]"
    succeed(["uv", "pip", "install", "--quiet", "--python", "env", wanted], place)
    for name in ("production.ini", "gunicorn.conf.py"):
        (project / name).rename(place / name)
    return place


@pytest.fixture(scope="module")
def production(place: Path) -> Iterator[dict[str, str]]:
    """Return the variables of production, with databases that are upgraded on a server."""
    (place / "server").mkdir()
    server = PostgreSQL(place / "server")
    server.start()
    url = f"postgresql+psycopg://postgres@?host={server.directory}"
    variables = {
        "ROTARRAN_ENVIRONMENT": "production",
        "ROTARRAN_SERVER_URL": url,
        "ROTARRAN_CELERY__BROKER_URL": "filesystem://localhost",
    }
    upgrade = {**variables, "ROTARRAN_ENVIRONMENT": "development"}
    succeed(["env/bin/python", "-c", dedent(UPGRADE)], place, **upgrade)
    yield variables
    server.kill()


def test_it_is_listed(place: Path, production: dict[str, str]) -> None:
    """The command finds its databases, their heads and their models."""
    lines = succeed(["env/bin/qapla", "list"], place, **production).splitlines()
    assert [line.split()[0] for line in lines] == ["main", "Ship", "analytics", "Event"]
    assert "  head " in lines[0]
    assert "rotarran_main" in lines[0]


def test_it_is_probed(place: Path, production: dict[str, str]) -> None:
    """The probes of containers work where there is no checkout, as in the image."""
    done = run(["env/bin/qapla", "health", "worker"], place, environment=production)
    heartbeat = place / "var" / "heartbeats" / "worker"
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: worker: no heartbeat in {heartbeat}: start the process\n",
    )
    assert "database  main: " in succeed(["env/bin/qapla", "doctor"], place, **production)


@pytest.mark.parametrize("command", ["add model Shuttle", "update .", "remove model Ship"])
def test_it_is_not_changed(place: Path, command: str) -> None:
    """A change needs a checkout."""
    done = run(["env/bin/qapla", *command.split()], place)
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: {place} has no package with databases: change to a project's directory\n",
    )


def test_it_is_served(place: Path, production: dict[str, str]) -> None:
    """Its databases are upgraded by its own migrations; nothing is written into the environment."""
    with served(place, ["env/bin/pserve", "production.ini"], **production):
        assert ask("http://localhost:6543/ships", {"name": "Rotarran"})[0] == 201
        assert ask("http://localhost:6543/analytics/events")[0] == 200
    assert not list((place / "env").rglob("var"))


def test_it_has_the_files_of_the_status_page(
    place: Path, production: dict[str, str], tmp_path: Path
) -> None:
    """Its templates and its style sheet are inside the wheel."""
    allowed = {
        **production,
        "ROTARRAN_STATUS_PAGE": "true",
        "ROTARRAN_PATHS__VAR": str(tmp_path),
    }
    with served(place, ["env/bin/pserve", "production.ini"], **allowed):
        text = read("http://localhost:6543/")
        assert "Everything is ready" in text or "Not ready: the broker" in text
        [sheet] = re.findall(r'href="(/_status/status.css[^"]*)"', text)
        assert "prefers-color-scheme" in read(f"http://localhost:6543{sheet}")


def test_its_variables_may_be_in_the_current_directory(
    place: Path, production: dict[str, str], tmp_path: Path
) -> None:
    """The directory of the package is not for data."""
    lines = (f"{name}={value}\n" for name, value in production.items())
    (tmp_path / ".env").write_text("".join(lines))
    assert "rotarran_analytics" in succeed([str(place / "env/bin/qapla"), "list"], tmp_path)


@pytest.mark.parametrize("preload", [False, True])
def test_gunicorn_serves_it(place: Path, production: dict[str, str], preload: bool) -> None:
    """Two processes answer, and use no connection of the one that forked them."""
    port = free_port()
    (place / "connected.py").write_text(dedent(CONNECTED))
    options = ["--bind", f"127.0.0.1:{port}", "--config", "connected.py"]
    command = ["env/bin/gunicorn", "--paste", "production.ini", *options]
    ready = "Booting worker with pid"
    with (
        served(place, [*command, *["--preload"] * preload], ready=ready, **production) as log,
        ThreadPoolExecutor(8) as threads,
    ):
        urls = [f"http://127.0.0.1:{port}{path}" for path in ("/ships", "/analytics/events")]
        answers = list(threads.map(lambda number: ask(urls[number % 2])[0], range(200)))
    assert answers == [200] * 200
    printed = log.read_text()
    assert printed.count(ready) == 2
    assert "Traceback" not in printed
    assert not (place / "var" / "postgres").exists()
