"""The log of a project's own processes: each line is JSON, and a request's id reaches its task."""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from answers import GOOD_ANSWERS
from baking import clean_environment, generate, succeed
from servers import free_port, wait_for

Lines = Callable[[str], list[dict[str, Any]]]

CONTROLLER = '''
"""Views that send a task, stream, and fail."""

from collections.abc import Iterator
from typing import Any

import structlog
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import text

from rotarran.tasks.main.ship import count_ships
from rotarran.web.request import Request

log = structlog.get_logger()


@view_config(route_name="send", renderer="json")
def send(request: Request) -> Any:
    log.info("counting", name="Rotarran")
    return count_ships.delay().id


@view_config(route_name="stream")
def stream(request: Request) -> Response:
    def body() -> Iterator[bytes]:
        log.info("streaming")
        yield b"12345"

    return Response(app_iter=body())


@view_config(route_name="fail")
def fail(request: Request) -> None:
    request.main.execute(text("SELECT CAST(:value AS INTEGER), 'slow'"), {"value": "secret"})
'''
ROUTES = "".join(
    f'    config.add_route("{name}", "/{name}")\n' for name in ("send", "stream", "fail")
)


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return a project with views of the test."""
    project, _ = generate(template, workplace / "logging", GOOD_ANSWERS["two databases"])
    web = project / "src" / "rotarran" / "web"
    (web / "controllers" / "main" / "probe.py").write_text(CONTROLLER)
    with (web / "routes.py").open("a") as routes:
        routes.write(ROUTES)
    ini = project / "development.ini"
    ini.write_text(ini.read_text().replace(":6543", f":{free_port()}"))
    for name in ("main", "analytics"):
        succeed(["uv", "run", "alembic", "-n", name, "upgrade", "head"], project)
    return project


@contextmanager
def running(project: Path, name: str, *command: str) -> Iterator[Path]:
    """Run a program of the project; yields the file of its stderr."""
    log = project / "var" / f"{name}.log"
    with log.open("w") as errors:
        program = subprocess.Popen(
            ["uv", "run", "--no-sync", *command],
            cwd=project,
            env=clean_environment(ROTARRAN_DATABASES__MAIN__SLOW_STATEMENT_SECONDS="1e-9"),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield log
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=60)


def ask(url: str, request_id: str) -> None:
    """Send a request with an id, whatever its answer is, which has the id too."""
    asked = urllib.request.Request(url, headers={"X-Request-ID": request_id})
    try:
        answer: Any = urllib.request.urlopen(asked, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        answer.read()
    assert answer.headers["X-Request-ID"] == request_id


@pytest.fixture(scope="module")
def lines(project: Path) -> Lines:
    """Return the lines of the server and a worker after a request of each kind, by the program."""
    ini = (project / "development.ini").read_text()
    (listen,) = [line for line in ini.splitlines() if line.startswith("listen = ")]
    worker = ("celery", "-A", "rotarran.tasks.worker", "worker", "--pool=solo", "--loglevel=INFO")
    with ExitStack() as stack:
        web = stack.enter_context(running(project, "web", "pserve", "-q", "development.ini"))
        tasks = stack.enter_context(running(project, "tasks", *worker))
        wait_for("the server", lambda: "Serving on" in web.read_text())
        wait_for("the worker", lambda: " ready." in tasks.read_text())
        for name in ("send", "stream", "fail"):
            ask(f"http://{listen.partition(' = ')[2]}/{name}?token=secret", f"id-{name}")
        wait_for("the task", lambda: "succeeded in" in tasks.read_text())
    logs = {"web": web, "tasks": tasks}
    return lambda name: [json.loads(line) for line in logs[name].read_text().splitlines()]


def test_each_line_of_the_server_is_json(lines: Lines) -> None:
    """A view's own line, and one for each request, have the request's id."""
    found = [line for line in lines("web") if line["logger"] == "qapla.web.monitoring.access"]
    keys = ("request_id", "method", "path", "status", "size")
    assert [tuple(line[key] for key in keys)[:4] for line in found] == [
        (f"id-{name}", "GET", f"/{name}", status)
        for name, status in {"send": 200, "stream": 200, "fail": 400}.items()
    ]
    assert found[1]["size"] == 5
    (counting,) = [line for line in lines("web") if line["event"] == "counting"]
    assert (counting["request_id"], counting["name"]) == ("id-send", "Rotarran")
    (streaming,) = [line for line in lines("web") if line["event"] == "streaming"]
    assert streaming["request_id"] == "id-stream"


def test_a_task_has_the_id_of_its_request(lines: Lines) -> None:
    """Celery's own line has it, and that of a slow statement."""
    ours = [line for line in lines("tasks") if line.get("request_id")]
    assert {line["request_id"] for line in ours} == {"id-send"}
    assert len({line["task_id"] for line in ours}) == 1
    (done,) = [line for line in ours if "succeeded in" in line["event"]]
    assert done["logger"] == "celery.app.trace"
    slow = [line for line in ours if "statement" in line]
    assert {line["database"] for line in slow} == {"main"}
    assert any(
        "databases/main/ship.py:" in line["caller"] or "tasks/main/ship.py:" in line["caller"]
        for line in slow
    )


def test_no_secret_is_logged(lines: Lines) -> None:
    """Neither the query of a URL nor the value of a statement."""
    assert "secret" not in json.dumps([lines("web"), lines("tasks")])
