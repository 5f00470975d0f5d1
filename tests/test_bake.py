"""The files of a new project."""

import ast
import json
import sys
import tomllib
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS, QUOTES
from baking import TEMPLATE, Bake, contents, files, generate, succeed, tool

every_bake = pytest.mark.parametrize("name", GOOD_ANSWERS)


@every_bake
def test_python_is_linted_and_formatted(bake: Bake, name: str) -> None:
    """Ruff finds nothing to change, whatever the names are."""
    project, _ = bake(name)
    succeed([tool("ruff"), "check", "--no-cache", "."], project)
    succeed([tool("ruff"), "format", "--no-cache", "--check", "."], project)


@every_bake
def test_nothing_of_the_template_is_left(bake: Bake, name: str) -> None:
    """No file holds a tag of the template's language, or is a blueprint's by-product."""
    project, _ = bake(name)
    for path in files(project):
        # These know the template.
        if {"scaffold", "updating"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8")
        # The user's answers may hold braces.
        text = text.replace("{{ {% }}", "").replace(r"\{\{ \{%", "")
        assert "cookiecutter" not in text, path
        # The pages of the framework are rendered when they are asked for.
        assert "{%" not in text or "templates" in path.parts, path
        assert text.endswith("\n") or not text, path
        assert not text.endswith("\n\n"), path


@every_bake
def test_python_and_toml_are_valid(bake: Bake, name: str) -> None:
    """Every module can be parsed, and so can the project's configuration."""
    project, _ = bake(name)
    for path in project.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
    tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_said_once(bake: Bake) -> None:
    """The package, the template and its projects have the same, as an update looks for it."""
    project, _ = bake("one database")
    package, generated = (
        tomllib.loads((directory / "pyproject.toml").read_text(encoding="utf-8"))
        for directory in (TEMPLATE, project)
    )
    questions = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    version = package["project"]["version"]
    assert questions["__version"] == generated["tool"]["qapla"]["version"] == version


def test_texts_may_hold_anything_printable(bake: Bake) -> None:
    """Quotes, backslashes and letters of other scripts reach the files as they were typed."""
    project, _ = bake("strange names")
    written = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert written["description"] == QUOTES
    assert written["authors"] == [{"name": QUOTES}]
    assert QUOTES in (project / "LICENSE").read_text(encoding="utf-8")
    title = (project / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert (
        title == '# Qo\'noS "and" \\\\ \\<b\\>\\*Ünïcode\\*\\</b\\> 龍 \\# $HOME \\{\\{ \\{% \\}\\}'
    )


def test_every_database_and_model_has_its_files(bake: Bake) -> None:
    """The tree is the one that the documentation shows."""
    project, _ = bake("two databases")
    written = [str(path.relative_to(project)) for path in files(project)]
    stamped = [path for path in written if "analytics" in path or "event" in path]
    assert [path for path in stamped if not path.startswith("framework/")] == [
        "migrations/analytics/env.py",
        "migrations/analytics/script.py.mako",
        "migrations/analytics/versions/0db377370b99_create_events.py",
        "src/rotarran/databases/analytics/__init__.py",
        "src/rotarran/databases/analytics/event.py",
        "src/rotarran/tasks/analytics/__init__.py",
        "src/rotarran/tasks/analytics/event.py",
        "src/rotarran/web/controllers/analytics/__init__.py",
        "src/rotarran/web/controllers/analytics/event.py",
        "tests/integration/analytics/test_event.py",
        "tests/integration/analytics/test_tasks.py",
        "tests/unit/analytics/test_event.py",
    ]


def test_the_generation_prints_its_names_and_the_next_commands(bake: Bake) -> None:
    """The answers that took effect are shown, and then the next commands."""
    _, printed = bake("two databases")
    assert printed.strip() == (
        "rotarran: databases main, analytics; models main.Ship, analytics.Event.\n"
        "Type next:\n\n"
        "    cd rotarran\n"
        "    uv run pytest\n"
        "    uv run qapla db upgrade\n"
        "    uv run pserve development.ini"
    )


@every_bake
def test_the_same_answers_give_the_same_bytes(
    bake: Bake, name: str, template: Path, tmp_path: Path
) -> None:
    """Nothing that is generated depends on the time, on chance or on bytecode."""
    project, _ = bake(name)
    again, _ = generate(template, tmp_path, GOOD_ANSWERS[name])
    first = {path: data for path, data in contents(project).items() if "__pycache__" not in path}
    assert contents(again) == first
    assert not list(again.rglob("__pycache__"))


def test_the_order_of_the_databases_is_the_order_of_the_answer(bake: Bake) -> None:
    """The first database that was entered is the default one everywhere."""
    project, _ = bake("four databases")
    databases = (project / "src/bortas/databases/__init__.py").read_text(encoding="utf-8")
    assert databases.index('Database("fleet")') < databases.index('Database("crew")')
    ini = (project / "alembic.ini").read_text(encoding="utf-8")
    assert "[alembic]\nscript_location = %(here)s/migrations/fleet\n" in ini
    base = (project / "src/bortas/application/db.py").read_text(encoding="utf-8")
    assert "from bortas.databases.fleet import Model" in base


@every_bake
def test_additions_are_linted_and_formatted(
    bake: Bake, name: str, template: Path, tmp_path: Path
) -> None:
    """The files of outboxes and tokens are as clean as the project."""
    project, _ = generate(template, tmp_path, GOOD_ANSWERS[name])
    databases = sorted(path.name for path in (project / "migrations").iterdir())
    # The longest name breaks the most lines.
    added = [*(("outbox", database) for database in databases), ("tokens", max(databases, key=len))]
    for addition, database in added:
        command = [sys.executable, "-B", "-m", "qapla.cli", "add", addition, database]
        printed = succeed(command, project, PYTHONPATH="framework")
        assert f"    uv run qapla db upgrade --database {database}\n" in printed
    succeed([tool("ruff"), "check", "--no-cache", "."], project)
    succeed([tool("ruff"), "format", "--no-cache", "--check", "."], project)
