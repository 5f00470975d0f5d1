"""The files of a project for production and CI, checked by the validators of their tools."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from answers import GOOD_ANSWERS
from baking import TEMPLATE, generate, run, succeed, tool
from servers import require

from qapla.cli.main import COMMANDS

PASSWORDS = "POSTGRES_PASSWORD=x\nRABBITMQ_PASSWORD=y\n"
UNITS = ["web", "worker", "beat", "relay@"]
# Official actions and that of uv go by the tags of their major versions, which Dependabot updates.
ZIZMOR = """
rules:
  unpinned-uses:
    config:
      policies:
        "*": ref-pin
"""


@pytest.fixture(scope="module")
def project(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with an outbox, which is only read."""
    output = tmp_path_factory.mktemp("production")
    project, _ = generate(template, output, GOOD_ANSWERS["two databases"])
    qapla(project, "add", "outbox", "analytics")
    return project


def qapla(project: Path, *arguments: str, **environment: str) -> str:
    """Run the command of a project, in the environment of these tests."""
    command = [sys.executable, "-B", "-m", "qapla.cli", *arguments]
    return succeed(command, project, PYTHONPATH=f"{project}/framework:{project}/src", **environment)


@pytest.fixture
def composed(project: Path, tmp_path: Path) -> dict[str, Any]:
    """Return the services of compose.yaml, as docker-compose understands it."""
    shutil.copy(project / "compose.yaml", tmp_path)
    (tmp_path / ".env").write_text(PASSWORDS)
    printed = succeed([require("docker-compose"), "-f", "compose.yaml", "config"], tmp_path)
    services: dict[str, Any] = yaml.safe_load(printed)["services"]
    return services


def test_the_dockerfile(project: Path) -> None:
    """hadolint has nothing to say."""
    assert succeed([tool("hadolint"), "Dockerfile"], project) == ""


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("compose-spec", "compose.yaml"),
        ("dependabot", ".github/dependabot.yml"),
        ("github-workflows", ".github/workflows/ci.yml"),
    ],
)
def test_the_schemas(project: Path, schema: str, path: str) -> None:
    """Each file is as the schema of its tool says."""
    command = [tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", path]
    succeed(command, project)


def jobs(root: Path, directory: Path) -> dict[str, Any]:
    """Return the jobs of a workflow, in which zizmor finds no weakness."""
    (directory / "zizmor.yml").write_text(ZIZMOR)
    command = [tool("zizmor"), "--offline", "--no-progress", "--config", "zizmor.yml"]
    succeed([*command, str(root / ".github")], directory)
    workflow = yaml.safe_load((root / ".github/workflows/ci.yml").read_text())
    found: dict[str, Any] = workflow["jobs"]
    return found


def test_the_workflow(project: Path, tmp_path: Path) -> None:
    """Every supported Python is tested."""
    pythons = jobs(project, tmp_path)["test"]["strategy"]["matrix"]["python"]
    assert pythons == ["3.11", "3.12", "3.13"]


def test_the_workflow_of_the_template(tmp_path: Path) -> None:
    """The framework is tested in full on each Python: on the oldest one by `.ci/run`."""
    found = jobs(TEMPLATE, tmp_path)
    assert found["framework"]["strategy"]["matrix"]["python"] == ["3.12", "3.13"]
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    succeed([*schema, ".github/workflows/ci.yml"], TEMPLATE)


def test_the_hooks_of_pre_commit(project: Path) -> None:
    """The file is valid, and each hook is a command of the project."""
    succeed([tool("pre-commit"), "validate-config", ".pre-commit-config.yaml"], project)
    (local,) = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"]
    assert {hook["entry"].split()[0] for hook in local["hooks"]} == {"uv"}


def test_the_devcontainer(project: Path) -> None:
    """It has an image and makes the environment."""
    container = json.loads((project / ".devcontainer/devcontainer.json").read_text())
    assert container["name"] == "rotarran"
    assert container["image"].startswith("python:")
    assert container["postCreateCommand"].endswith("uv sync")


def test_the_units_of_systemd(project: Path, tmp_path: Path) -> None:
    """systemd verifies each, in a root that has the programs."""
    units = tmp_path / "etc/systemd/system"
    programs = tmp_path / "srv/rotarran/.venv/bin"
    for directory in (units, programs):
        directory.mkdir(parents=True)
    for name in ("pserve", "celery", "python"):
        (programs / name).touch(0o755)
    paths = [project / "deploy" / f"rotarran-{name}.service" for name in UNITS]
    assert sorted(paths) == sorted((project / "deploy").iterdir())
    program = require("systemd-analyze")
    for path in paths:
        unit = units / path.name.replace("@", "@analytics")
        unit.write_text(path.read_text().replace("/srv/", f"{tmp_path}/srv/"))
        done = run([program, "verify", "--man=no", str(unit)], tmp_path)
        assert (done.returncode, done.stderr) == (0, "")


def test_compose_needs_passwords(project: Path, tmp_path: Path) -> None:
    """Without them nothing starts, and the error says where they belong."""
    shutil.copy(project / "compose.yaml", tmp_path)
    shutil.copy(project / ".env.example", tmp_path / ".env")
    done = run([require("docker-compose"), "-f", "compose.yaml", "config"], tmp_path)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("set it in .env")


def test_each_service_waits_for_others(composed: dict[str, Any]) -> None:
    """PostgreSQL, then the migrations, and RabbitMQ, before the processes of the project."""
    ready = {"service": "service_healthy", "run": "service_completed_successfully"}
    project = {
        "migrate": {"condition": ready["run"]},
        "rabbitmq": {"condition": ready["service"]},
    }
    waits = {name: service.get("depends_on", {}) for name, service in composed.items()}
    assert waits == {
        **dict.fromkeys(("web", "worker", "beat", "relay-analytics"), project),
        "migrate": {"postgres": {"condition": ready["service"]}},
        "postgres": {},
        "rabbitmq": {},
    }


def test_compose_places_every_database(project: Path, composed: dict[str, Any]) -> None:
    """One variable is enough for all, those of later databases included."""
    environment = {
        name: value
        for name, value in composed["web"]["environment"].items()
        if name.startswith("ROTARRAN_")
    }
    lines = qapla(project, "list", **environment).splitlines()
    urls = [line.split()[1] for line in lines if not line.startswith(" ")]
    server = "postgresql+psycopg://rotarran:***@postgres"
    assert urls == [f"{server}/rotarran_main", f"{server}/rotarran_analytics"]


def test_the_services_run_modules_of_the_project(project: Path, composed: dict[str, Any]) -> None:
    """The modules of workers, beat and relay are there."""
    for name, module in {
        "worker": "rotarran.tasks.worker",
        "beat": "rotarran.tasks.worker",
        "relay-analytics": "rotarran.tasks.analytics.outbox",
    }.items():
        assert module in composed[name]["command"]
        assert (project / "src" / f"{module.replace('.', '/')}.py").is_file()


def test_the_variables_of_the_example_are_known(project: Path) -> None:
    """The lines without their comment signs are settings that the project takes."""
    text = (project / ".env.example").read_text()
    lines = re.sub(r"^# (ROTARRAN_\w+|ROTARRAN_DATABASES__<NAME>__URL)=", r"\1=", text, flags=re.M)
    assert lines.count("\nROTARRAN_") == 6
    (project / ".env").write_text(lines.replace("<NAME>", "MAIN"))
    try:
        printed = qapla(project, "list")
    finally:
        (project / ".env").unlink()
    assert printed.startswith("main  postgresql+psycopg://user:***@host:5432/name")
    assert "host:5432/rotarran_analytics" in printed


def test_the_commands_of_qapla_are_known(project: Path) -> None:
    """The services, their health checks and the workflow name commands that there are."""
    paths = ("compose.yaml", ".github/workflows/ci.yml", ".pre-commit-config.yaml")
    text = "".join((project / path).read_text() for path in paths)
    named = re.findall(r"\bqapla(?:\", \"| )(\w+)", text)
    assert {"db", "health"} <= set(named) <= COMMANDS.keys()
