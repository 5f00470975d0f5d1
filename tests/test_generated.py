"""Generated projects, used as their users would use them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import generate, pythons, run, succeed, told_commands
from documents import blocks
from openapi_spec_validator import validate
from servers import wait_for
from serving import ask, served

Install = Callable[..., tuple[Path, str]]

# Not whether parameters that exclude each other are accepted, nor whether a text that looks like a
# number is refused as a text.
SCHEMATHESIS = [
    *("uv", "tool", "run", "schemathesis>=4.32,<5", "run", "--checks=all", "--max-examples=20"),
    "--exclude-checks=positive_data_acceptance,negative_data_rejection",
]
FULL = {"two databases": "3.11", "strange names": "3.12", "four databases": "3.13"}
# The oldest Python with the oldest versions that `pyproject.toml` allows.
OLDEST = {"3.11": ("--resolution", "lowest-direct")}
# The tests of the framework run in full unbaked. In the projects, with the oldest and the newest versions
# and on each Python, those run that are about the libraries, and not about processes and servers.
LIBRARIES = (
    "app",
    "celery/outbox",
    "celery/settings",
    "database/connect",
    "database/dialects",
    "database/sessions",
    "database/types",
    "driver",
    "logs",
    "settings",
    "web",
)


@pytest.fixture(scope="module")
def install(template: Path, workplace: Path) -> Install:
    """Return a function that bakes and installs a set of good answers, once for each way to install."""
    installed: dict[tuple[str, ...], tuple[Path, str]] = {}

    def once(name: str, *options: str) -> tuple[Path, str]:
        if (name, *options) not in installed:
            output = workplace / str(len(installed))
            project, printed = generate(template, output, GOOD_ANSWERS[name])
            succeed(["uv", "sync", "--quiet", *options], project)
            installed[name, *options] = project, printed
        return installed[name, *options]

    return once


@pytest.mark.parametrize(("name", "version"), FULL.items())
def test_a_new_project_is_clean_and_passes_all_tests(
    install: Install, name: str, version: str
) -> None:
    """Lint, format, types, the tests and the framework's tests succeed, on each Python there is."""
    # Where this machine has not that one, the project is tried on the one it has.
    python = pythons().get(version)
    options = (*OLDEST.get(version, ()), *(("--python", python) if python else ()))
    project, _ = install(name, "--extra", "mariadb", *options)
    # Without it each command would install the newest versions.
    as_installed = ["uv", "run", "--no-sync"]
    succeed([*as_installed, "ruff", "check"], project)
    succeed([*as_installed, "ruff", "format", "--check"], project)
    succeed([*as_installed, "mypy"], project)
    succeed([*as_installed, "mypy", "--config-file", "framework/mypy.ini"], project)
    assert " passed" in succeed([*as_installed, "pytest", "-q"], project)
    rooms = [f"framework/tests/{room}" for room in LIBRARIES]
    assert " passed" in succeed([*as_installed, "pytest", "-q", "-n", "2", *rooms], project)


@pytest.mark.parametrize("name", [name for name in GOOD_ANSWERS if name not in FULL])
def test_every_other_set_of_good_answers_passes_its_tests(install: Install, name: str) -> None:
    """The tests of a project pass, whatever its names are, and its types are right."""
    project, _ = install(name)
    assert " passed" in succeed(["uv", "run", "pytest", "-q"], project)
    succeed(["uv", "run", "mypy"], project)


def test_the_printed_commands_work(install: Install) -> None:
    """The commands run as they were printed; then the first model's resource works."""
    project, printed = install("two databases")
    into, *commands, serve = told_commands(printed)
    assert into == f"cd {project.name}"
    for command in commands:
        succeed(command.split(), project)
    with served(project, serve.split()):
        status, ship = ask("http://localhost:6543/ships", {"name": "Rotarran"})
        assert (status, ship["name"]) == (201, "Rotarran")
        assert ask("http://localhost:6543/ships")[1] == {"items": [ship], "next": None}
        assert ask(f"http://localhost:6543/ships/{ship['id']}")[1] == ship
        assert ask("http://localhost:6543/analytics/events")[1]["items"] == []


def test_answers_fit_the_openapi_document(install: Install) -> None:
    """The document is valid; of requests of every kind none is a fault of the server."""
    project, _ = install("two databases")
    for database in ("main", "analytics"):
        succeed(["uv", "run", "alembic", "-n", database, "upgrade", "head"], project)
    with served(project, ["uv", "run", "pserve", "development.ini"]):
        validate(ask("http://localhost:6543/openapi.json")[1])
        printed = succeed([*SCHEMATHESIS, "http://localhost:6543/openapi.json"], project)
    assert "12 selected / 12 total" in printed


def test_before_the_upgrade_the_log_has_the_command(install: Install) -> None:
    """A request to a database that is not there is a 503; its log line names the command."""
    project, _ = install("one model in two databases")
    with served(project, ["uv", "run", "pserve", "development.ini"]) as log:
        assert ask("http://localhost:6543/items")[0] == 503
        lines = log.read_text().splitlines()
        assert sum("type `uv run alembic -n main upgrade head`" in line for line in lines) == 1


def test_production_needs_urls(install: Install) -> None:
    """Production without its settings ends the server with one list of the variables."""
    project, _ = install("two databases")
    done = run(
        ["uv", "run", "pserve", "production.ini"],
        project,
        environment={"ROTARRAN_ENVIRONMENT": "production"},
    )
    assert done.returncode == 1
    _, *variables = done.stderr[done.stderr.index("production does not use") :].splitlines()
    assert [line.split(":")[0].strip() for line in variables] == [
        "ROTARRAN_DATABASES__MAIN__URL",
        "ROTARRAN_DATABASES__ANALYTICS__URL",
        "ROTARRAN_CELERY__BROKER_URL",
    ]
    assert "Traceback" not in done.stderr


def test_doctor_and_readiness(install: Install) -> None:
    """Both name a database that is not migrated, and the doctor knows the command."""
    project, _ = install("two databases")
    environment = {
        "ROTARRAN_DATABASES__MAIN__URL": f"sqlite:///{project / 'var' / 'doctor.db'}",
        "ROTARRAN_DATABASES__ANALYTICS__URL": "postgresql+psycopg://worf:gowron@127.0.0.1:1/x",
    }
    succeed(["uv", "run", "alembic", "-n", "main", "upgrade", "head"], project, **environment)
    done = run(["uv", "run", "qapla", "doctor"], project, environment=environment)
    lines = {" ".join(line.split()[:2]): line for line in done.stdout.splitlines()}
    assert (done.returncode, "gowron" in done.stdout + done.stderr) == (1, False)
    assert lines["database main:"].endswith(", pool 4 + 1")
    assert "FAULT: unreachable (OperationalError)" in lines["database analytics:"]
    assert "worf:***@127.0.0.1:1/x" in done.stdout
    with served(project, ["uv", "run", "pserve", "development.ini"], **environment):
        assert ask("http://localhost:6543/health/live") == (200, {"status": "live"})
        status, text = ask("http://localhost:6543/health/ready")
        assert (status, "unreachable" in text, "worf" in text) == (503, True, False)


@pytest.mark.parametrize(("kind", "ready"), [("worker", "ready."), ("beat", "beat: Starting")])
def test_health_of_a_process(install: Install, kind: str, ready: str) -> None:
    """The probe succeeds while the process is there, and names it when it has ended."""
    project, _ = install("two databases")
    probe = ["uv", "run", "qapla", "health", kind]
    with served(project, ["uv", "run", "celery", "-A", "rotarran.tasks.worker", kind], ready=ready):
        wait_for("a heartbeat", (project / "var" / "heartbeats" / kind).exists)
        assert succeed(probe, project).endswith(" is alive\n")
    done = run(probe, project)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {kind}: ")


COMMANDS = [
    "pserve development.ini",
    "celery -A rotarran.tasks.worker worker",
    "celery -A rotarran.tasks.worker beat",
    "qapla list",
    "qapla routes",
    "qapla doctor",
    "qapla health worker",
    "alembic upgrade head",
    # Each test that needs the application tells it.
    "pytest -q -rN tests/integration/main/test_ship.py -k test_list_all",
]
WRONG = {
    "ROTARRAN_DATABASES__MIAN__URL": "sqlite://",
    "ROTARRAN_HEALTH_TIMEOUT": "soon",
    "ROTARRAN_BROKER_URL": "amqp://host",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("variable", "value"), WRONG.items())
def test_a_wrong_setting_is_one_line_of_every_command(
    install: Install, command: str, variable: str, value: str
) -> None:
    """A variable that is misspelt, and a value of the wrong type: the line names the variable."""
    project, _ = install("two databases")
    done = run(["uv", "run", *command.split()], project, environment={variable: value})
    printed = (done.stdout + done.stderr).strip()
    assert done.returncode != 0
    assert "Traceback" not in printed
    named = [line for line in printed.splitlines() if variable in line]
    assert len(named) == 1, printed


@pytest.mark.parametrize("command", ["worker", "beat"])
def test_a_worker_with_a_wrong_setting_ends_with_one_line(install: Install, command: str) -> None:
    """A missing package is named with the command that installs it: Redis is an extra."""
    project, _ = install("two databases")
    done = run(
        ["uv", "run", "celery", "-A", "rotarran.tasks.worker", command],
        project,
        environment={"ROTARRAN_CELERY__BROKER_URL": "redis://localhost"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "the variable ROTARRAN_CELERY__BROKER_URL needs the package redis, which is not installed: "
        "type `uv sync --extra redis`\n",
    )


def test_autogenerate_finds_nothing_to_do(install: Install) -> None:
    """The stamped migrations make the stamped models; an empty revision is not written."""
    project, _ = install("two databases")
    succeed(["uv", "run", "alembic", "-n", "analytics", "upgrade", "head"], project)
    succeed(["uv", "run", "alembic", "-n", "analytics", "check"], project)
    versions = project / "migrations/analytics/versions"
    before = sorted(versions.glob("*.py"))
    revision = ["revision", "--autogenerate", "-m", "nothing"]
    succeed(["uv", "run", "alembic", "-n", "analytics", *revision], project)
    assert sorted(versions.glob("*.py")) == before
    assert "CREATE TABLE events" in succeed(
        ["uv", "run", "alembic", "-n", "analytics", "upgrade", "head", "--sql"], project
    )


ENGINES = {
    "sqlite": ("sqlite:///{directory}/main.db", "sqlite:///{directory}/analytics.db"),
    "mariadb": ("{mariadb}_main", "{mariadb}_analytics"),
    "embedded and mariadb": ("", "{mariadb}_analytics"),
    "embedded and sqlite": ("", "sqlite:///{directory}/analytics.db"),
}


@pytest.mark.parametrize("workers", [[], ["-n", "4"]], ids=["alone", "parallel"])
@pytest.mark.parametrize("engines", ENGINES)
def test_a_project_runs_on_any_engine_by_its_urls_alone(
    request: pytest.FixtureRequest,
    install: Install,
    tmp_path: Path,
    engines: str,
    workers: list[str],
) -> None:
    """The URLs decide the engines, for each database: the same tests pass."""
    mariadb = request.getfixturevalue("mariadb") if "mariadb" in engines else ""
    project, _ = install("two databases")
    urls = {
        f"ROTARRAN_DATABASES__{name}__URL": url.format(directory=tmp_path, mariadb=mariadb)
        for name, url in zip(("MAIN", "ANALYTICS"), ENGINES[engines], strict=True)
        if url
    }
    command = ["uv", "run", "--extra", "mariadb", "pytest", "-q", *workers]
    assert " passed" in succeed(command, project, **urls)


def test_tokens_on_any_engine_are_on_by_one_line(
    mariadb: str, template: Path, workplace: Path, tmp_path: Path
) -> None:
    """Their migration makes their model; with the fixture of the docs every test passes then."""
    project, _ = generate(template, workplace / "tokens", GOOD_ANSWERS["two databases"])
    as_project = ["uv", "run", "--extra", "mariadb"]
    succeed([*as_project, "qapla", "add", "tokens", "main"], project)
    succeed([*as_project, "mypy"], project)
    tests = ["tests/integration/test_migrations.py", "tests/integration/main/test_tokens.py"]
    for url in (f"sqlite:///{tmp_path}/main.db", f"{mariadb}_main"):
        command = [*as_project, "pytest", "-q", *tests]
        assert " passed" in succeed(command, project, ROTARRAN_DATABASES__MAIN__URL=url)
    (fixture,) = (b for b in blocks(project / "docs/web.md", "python") if "def webapp" in b)
    (project / "tests/integration/conftest.py").write_text(fixture, encoding="utf-8")
    web = project / "src/rotarran/web/__init__.py"
    first, rest = web.read_text(encoding="utf-8").split('    config.include(".routes")\n')
    lines = '    config.include(".security")\n    config.include(".routes")\n'
    web.write_text(f"{first}{lines}{rest}", encoding="utf-8")
    assert " passed" in succeed([*as_project, "pytest", "-q"], project)


def test_workers_share_a_template_and_keep_their_databases(install: Install) -> None:
    """In parallel, again, with kept databases and from scratch: the tests pass each time."""
    project, _ = install("two databases")
    for options in (["-n", "4"], ["-n", "4", "--reuse-db"], ["-n", "4", "--recreate"], []):
        assert " passed" in succeed(["uv", "run", "pytest", "-q", *options], project)


def test_unit_tests_start_no_server(template: Path, workplace: Path) -> None:
    """Without the other tests there is no embedded server, and no directory for one."""
    project, _ = generate(template, workplace / "unit", GOOD_ANSWERS["one database"])
    assert " passed" in succeed(["uv", "run", "pytest", "-q", "tests/unit"], project)
    assert not (project / "var" / "postgres").exists()
