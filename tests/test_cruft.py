"""Projects that cruft makes and updates."""

import json
from pathlib import Path

import pytest
from baking import contents, copy_template, generate, run, succeed, tool
from repositories import committed

ANSWERS = {"project_name": "Rotarran", "databases": "main", "models": "main.Ship"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of the template."""
    clone = copy_template(tmp_path_factory.mktemp("repository") / "qapla-db")
    committed(clone)
    return clone


def created(repository: Path, output: Path, **answers: str) -> Path:
    """Create a project with cruft, and commit it."""
    context = json.dumps({**ANSWERS, **answers})
    command = ["create", str(repository), "--no-input", "--extra-context", context]
    succeed([tool("cruft"), *command, "--output-dir", str(output)], output)
    project = output / "rotarran"
    committed(project)
    return project


def test_a_created_project_is_up_to_date(repository: Path, tmp_path: Path) -> None:
    """`cruft check` succeeds and `cruft diff` is empty: the same answers give the same bytes."""
    project = created(repository, tmp_path)
    assert "up to date" in succeed([tool("cruft"), "check"], project)
    assert succeed([tool("cruft"), "diff"], project) == ""
    assert not list(project.rglob("__pycache__"))


def test_it_is_the_project_of_cookiecutter(repository: Path, tmp_path: Path) -> None:
    """There the extension stamps, and here the hook; both write the same bytes."""
    ours, _ = generate(repository, tmp_path / "cookiecutter", ANSWERS)
    output = tmp_path / "cruft"
    output.mkdir()
    theirs = contents(created(repository, output))
    assert theirs.pop(".cruft.json")
    assert theirs == contents(ours)


def test_an_update_adds_a_database(repository: Path, tmp_path: Path) -> None:
    """One more database in the answers is all files of it, and changes nothing else."""
    project = created(repository, tmp_path)
    ship = project / "src/rotarran/databases/main/ship.py"
    ship.write_text(ship.read_text() + "\n# The user was here.\n")
    committed(project)
    before = contents(project)
    variables = json.dumps({"databases": "main, audit", "models": "main.Ship, audit.Entry"})
    update = ["update", "--skip-apply-ask", "--variables-to-update", variables]
    succeed([tool("cruft"), *update], project)
    after = contents(project)
    assert not [path for path in after if path.endswith(".rej")]
    assert {path for path in before if after.get(path) != before[path]} == {
        ".cruft.json",
        "alembic.ini",
        "pyproject.toml",
        "src/rotarran/databases/__init__.py",
        "src/rotarran/web/request.py",
        "src/rotarran/web/routes.py",
    }
    assert "migrations/audit/env.py" in set(after) - set(before)


def test_a_bad_answer_is_refused(repository: Path, tmp_path: Path) -> None:
    """cruft shows the same one line, and writes nothing."""
    context = json.dumps({**ANSWERS, "databases": "session"})
    command = ["create", str(repository), "--no-input", "--extra-context", context]
    done = run([tool("cruft"), *command], tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "the database name 'session' is refused: it is an attribute of Pyramid's request; "
        "try 'session_db'\n"
    )
    assert list(tmp_path.iterdir()) == []
