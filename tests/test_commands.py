"""The commands of a new project, as its users type them."""

import pytest
from baking import Install, run, succeed, told_commands
from openapi_spec_validator import validate
from servers import wait_for
from serving import ask, served

# Not whether parameters that exclude each other are accepted, nor whether a text that looks like a
# number is refused as a text.
SCHEMATHESIS = [
    *("uv", "tool", "run", "schemathesis>=4.32,<5", "run", "--checks=all", "--max-examples=20"),
    "--exclude-checks=positive_data_acceptance,negative_data_rejection",
]


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
        assert sum("type `uv run qapla db upgrade --database main`" in line for line in lines) == 1


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
        "type `uv sync --inexact --extra redis`\n",
    )
