"""From an empty machine to a stack of production, by the documents alone."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from baking import TEMPLATE
from documents import blocks, commands
from servers import PostgreSQL, RabbitMQ, wait_for
from serving import ask, port_locked
from sqlalchemy import NullPool, create_engine, text

URL = "http://localhost:6543"
ANSWERS = ["project_name=Rotarran", "models=main.Ship"]
# The view of a user who has read docs/tasks.md, whose function it calls.
VIEW = """
    from pyramid.view import view_config

    from rotarran.tasks.main.launches import build
    from rotarran.web.request import Request


    @view_config(route_name="build", request_method="POST", renderer="json", permission="write")
    def build_ship(request: Request) -> dict[str, str]:
        build(request)
        return {}
"""
# What each process prints when it is ready.
READY = {
    "gunicorn": "Booting worker with pid",
    "celery": r"celery@\S+ ready\.|beat: Starting",
    "python": "the relay of 'main' runs",
}
# Certificates and packages are the machine's: without them nothing can be installed here.
KEPT = ("SSL_", "CURL_CA", "PIP_", "UV_")


@dataclass
class Machine:
    """A user with an empty home, and a project in it."""

    home: Path
    postgres: PostgreSQL
    rabbitmq: RabbitMQ

    @property
    def project(self) -> Path:
        """Return the directory of the project."""
        return self.home / "rotarran"

    def environment(self) -> dict[str, str]:
        """Return the variables of a login, and none of the project."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        # A copy of each package from the cache, in place of a download.
        cache = subprocess.run([uv(), "cache", "dir"], capture_output=True, text=True, check=True)
        return {
            **kept,
            "HOME": str(self.home),
            "PATH": f"{self.home / 'bin'}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "UV_CACHE_DIR": cache.stdout.strip(),
            "UV_PYTHON": sys.executable,
        }

    def type(self, command: str, directory: Path | None = None) -> str:
        """Run a line in a shell, which must succeed; return what it printed."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=directory or self.project,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def running(self, command: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        """Run a process until the block ends; yield it when it is ready, and its log."""
        words = shlex.split(command)
        log = self.home / f"{re.sub(r'[^a-z]+', '-', command)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                words,
                cwd=self.project,
                env=self.environment(),
                executable=str(self.home / "bin" / words[0]),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            ready = READY[words[3]]
            wait_for(f"{command} ({log})", lambda: _is_ready(process, log, ready), 60)
            yield process, log
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_ready(process: subprocess.Popen[bytes], log: Path, ready: str) -> bool:
    printed = log.read_text()
    assert process.poll() is None, printed
    return re.search(ready, printed) is not None


def uv() -> str:
    """Return the path of uv itself; a program of that name may look for its own home."""
    found = os.environ.get("UV") or shutil.which("uv")
    assert found is not None
    return found


@pytest.fixture
def machine(workplace: Path) -> Iterator[Machine]:
    """Return an empty home on a machine with uv, PostgreSQL with a role, and RabbitMQ."""
    home = workplace / "home"
    (home / "bin").mkdir(parents=True)
    for name in ("uv", "uvx"):
        (home / "bin" / name).symlink_to(Path(uv()).with_name(name))
    (workplace / "production-postgres").mkdir()
    (workplace / "production-rabbitmq").mkdir()
    postgres = PostgreSQL(workplace / "production-postgres")
    postgres.start()
    rabbitmq = RabbitMQ(workplace / "production-rabbitmq")
    try:
        rabbitmq.start()
        engine = create_engine(postgres.url("postgres"), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("CREATE ROLE rotarran LOGIN CREATEDB PASSWORD 'secret'"))
        yield Machine(home, postgres, rabbitmq)
    finally:
        if rabbitmq.process is not None:
            rabbitmq.kill()
        postgres.kill()


def generate(machine: Machine) -> None:
    """Make the project as the README of the template says, with an outbox and a task that is sent."""
    readme = (TEMPLATE / "README.md").read_text()
    (command,) = re.findall(r"`(uvx cookiecutter --no-input [^`]+)`", readme)
    given = " ".join(ANSWERS)
    generation = command.replace("gh:org/qapla-db", str(TEMPLATE))
    machine.type(f"{generation} {given}", machine.home)
    add = next(
        line
        for line in commands(machine.project / "docs" / "tasks.md")
        if "qapla add outbox" in line
    )
    machine.type(add.replace("uv run", "uv run --no-dev").replace("<database>", "main"))
    package = machine.project / "src" / "rotarran"
    examples = "\n\n".join(blocks(machine.project / "docs" / "tasks.md", "python"))
    (package / "tasks" / "main" / "launches.py").write_text(examples)
    (package / "web" / "controllers" / "main" / "launches.py").write_text(dedent(VIEW))
    with (package / "web" / "routes.py").open("a") as routes:
        routes.write('    config.add_route("build", "/build")\n')


def fill_in(machine: Machine) -> None:
    """Edit `.env` as docs/production.md says."""
    path = machine.project / ".env"
    written = path.read_text()
    for name, value in {
        "ENVIRONMENT": None,
        "SERVER_URL": f"postgresql+psycopg://rotarran:secret@?host={machine.postgres.directory}",
        "CELERY__BROKER_URL": machine.rabbitmq.url,
    }.items():
        (line,) = re.findall(rf"^# (ROTARRAN_{name}=.*)$", written, re.MULTILINE)
        given = line if value is None else f"ROTARRAN_{name}={value}"
        written = written.replace(f"# {line}", given)
    path.write_text(written)


def test_a_stack_of_production_by_the_documents(machine: Machine) -> None:
    """Each command of docs/production.md, a task through the outbox, JSON in the logs, and a drain."""
    generate(machine)
    typed = [
        line.replace("<database>", "main")
        for line in commands(machine.project / "docs" / "production.md")
    ]
    lasting = [line for line in typed if re.search(r"gunicorn --paste|celery |outbox$", line)]
    probes = [line for line in typed if "health" in line]
    sync, copy, *prepare = [line for line in typed if line not in (*lasting, *probes)]
    assert (len(lasting), len(probes), len(prepare)) == (4, 4, 3)
    machine.type(sync)
    machine.type(copy)
    fill_in(machine)
    for command in prepare:
        printed = machine.type(command)
    assert "FAULT" not in printed
    assert "secret" not in printed
    with port_locked(), ExitStack() as stack:
        started = [stack.enter_context(machine.running(command)) for command in lasting]
        for probe in probes:
            wait_for(probe, lambda probe=probe: _succeeds(machine, probe), 30)  # type: ignore[misc]
        assert ask(f"{URL}/health/ready")[0] == 200
        assert ask(f"{URL}/build", {})[0] == 200
        wait_for("the task", _is_launched, 30)
        for process, _ in started:
            process.terminate()
        codes = [process.wait(60) for process, _ in started]
    assert codes == [0, 0, 0, 0]
    web, worker, beat, relay = (log.read_text().splitlines() for _, log in started)
    assert [line for line in (*web, *relay) if _event(line) is None] == []
    # Celery prints a banner, and its last words, beside its log.
    assert [line for line in (*worker, *beat) if line.startswith("[20")] == []
    (sent,) = (_event(line)["request_id"] for line in web if "/build" in line)
    done = [_event(line) for line in worker if sent in line]
    assert any("succeeded" in event["event"] for event in done), worker


def _succeeds(machine: Machine, command: str) -> bool:
    try:
        machine.type(command)
    except AssertionError:
        return False
    return True


def _is_launched() -> bool:
    _, page = ask(f"{URL}/ships")
    return [ship["name"] for ship in page["items"]] == ["Rotarran, launched"]


def _event(line: str) -> Any:
    """Return the event of a line, or None for a line that is not JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None
