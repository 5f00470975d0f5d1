"""Every wrong setting is one line that names its variable, for every command of a project."""

import json
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import HELPERS, generate, run, succeed
from servers import free_port

DATABASE = "ROTARRAN_DATABASES__MAIN"
# The variable of each case and its value, in the order of the kinds of slips.
CASES = {
    "an unknown variable": ("ROTARRAN_BROKER_URL", "amqp://host"),
    "a part of one value": ("ROTARRAN_HEALTH_TIMEOUT__X", "1"),
    "an unknown database": ("ROTARRAN_DATABASES__MIAN__URL", "sqlite://"),
    "an unknown key of a database": (f"{DATABASE}__PASSWORD", "gowron"),
    "an unknown path": ("ROTARRAN_PATHS__VRA", "there"),
    "an unknown key of the log": ("ROTARRAN_LOGGING__ROOOT__LEVEL", "INFO"),
    "an unknown option of the engine": (f"{DATABASE}__OPTIONS__POOL_SIZ", "4"),
    "an unknown setting of Celery": ("ROTARRAN_CELERY__BROKER_ULR", "redis://host"),
    "no number": ("ROTARRAN_HEALTH_TIMEOUT", "soon"),
    "a negative number": (f"{DATABASE}__SLOW_STATEMENT_SECONDS", "-1"),
    "none of the choices": ("ROTARRAN_ENVIRONMENT", "prodution"),
    "none of the poolers": (f"{DATABASE}__POOLER", "session"),
    "an option of the wrong type": (f"{DATABASE}__OPTIONS__POOL_SIZE", "many"),
    "a setting of Celery of the wrong type": ("ROTARRAN_CELERY__TASK_TIME_LIMIT", "long"),
    "no level of the log": ("ROTARRAN_LOGGING__ROOT__LEVEL", "LOUD"),
    "no form of the log": ("ROTARRAN_LOGGING__FORMATTERS__LINE__FORM", "xml"),
    "no URL": (f"{DATABASE}__URL", "postgresql//user@host"),
    "an unknown engine": (f"{DATABASE}__URL", "postgre://user@host/name"),
    "no port": (f"{DATABASE}__URL", "postgresql://user@host:x/name"),
    "no maintenance URL": (f"{DATABASE}__DEFAULT_URL", "host"),
    "no URL of a server": ("ROTARRAN_SERVER_URL", "host"),
    "an unknown broker": ("ROTARRAN_CELERY__BROKER_URL", "ampq://host"),
    "an unknown backend": ("ROTARRAN_CELERY__RESULT_BACKEND", "rediss//host"),
    "no JSON": ("ROTARRAN_HOSTS", "example.com"),
    "broken JSON": ("ROTARRAN_DATABASES", "{"),
    "JSON of the wrong type": ("ROTARRAN_CORS_ORIGINS", "[1]"),
    "an empty number": ("ROTARRAN_HEALTH_TIMEOUT", ""),
    "an empty choice": ("ROTARRAN_ENVIRONMENT", ""),
    "an empty URL": (f"{DATABASE}__URL", ""),
    "an empty option": (f"{DATABASE}__OPTIONS__POOL_SIZE", ""),
    "an empty flag": (f"{DATABASE}__READER", ""),
    "an empty list": ("ROTARRAN_HOSTS", ""),
    "an empty path": ("ROTARRAN_PATHS__VAR", ""),
    "an empty broker": ("ROTARRAN_CELERY__BROKER_URL", ""),
}


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return an installed project with an outbox."""
    project, _ = generate(template, workplace / "wrong", GOOD_ANSWERS["two databases"])
    succeed(["uv", "sync", "--quiet", "--extra", "gunicorn"], project)
    succeed(["uv", "run", "--no-sync", "qapla", "add", "outbox", "main"], project)
    return project


def program(project: Path, name: str) -> str:
    """Return the path of a program of the project's environment."""
    return str(project / ".venv" / "bin" / name)


def test_each_is_one_line_of_every_command(project: Path, tmp_path: Path) -> None:
    """The commands of `qapla` are those that there are; nothing else is printed."""
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps({case: {name: value} for case, (name, value) in CASES.items()}))
    script = HELPERS / "scripts" / "wrong_settings.py"
    command = [program(project, "python"), "-W", "ignore", str(script), str(cases)]
    found = json.loads(succeed(command, project).splitlines()[-1])
    wrong = []
    for typed, case, code, printed in found:
        lines = printed.splitlines()
        if not code or len(lines) != 1 or CASES[case][0] not in lines[0]:
            wrong.append((typed, case, code, printed))
    assert wrong == []
    commands = {typed for typed, *_ in found}
    assert {"qapla doctor", "qapla db upgrade", "celery beat", "pserve"} < commands
    assert len(found) == len(commands) * len(CASES)


@pytest.mark.parametrize("case", ["an unknown variable", "no port"])
def test_pytest_names_it(project: Path, case: str) -> None:
    """Each test that needs the application names it, without a traceback."""
    name, value = CASES[case]
    tests = ["-q", "-rN", "tests/integration/main/test_ship.py", "-k", "test_list_all"]
    done = run([program(project, "pytest"), *tests], project, environment={name: value})
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert len([line for line in done.stdout.splitlines() if name in line]) == 1


@pytest.mark.parametrize("options", [[], ["--preload"]])
def test_gunicorn_ends_with_it(project: Path, options: list[str]) -> None:
    """Each process says it at most once, and the server starts no others."""
    name, value = CASES["an unknown variable"]
    bind = ["--bind", f"127.0.0.1:{free_port()}", "--workers", "1"]
    command = [program(project, "gunicorn"), "--paste", "production.ini", *bind, *options]
    done = run(command, project, environment={name: value})
    assert done.returncode == (1 if options else 3)
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if name in line]) == 1
