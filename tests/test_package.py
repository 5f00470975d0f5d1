"""The package `qapla-db`: the template and a command, in a wheel."""

import os
import sys
import zipfile
from pathlib import Path

import pytest
from answers import BAD_ANSWERS, GOOD_ANSWERS
from baking import contents, files, generate, run, succeed, tool

TEMPLATE_PARTS = ("cookiecutter.json", "hooks/", "refusals.py", "{{cookiecutter.project_slug}}/")
QUESTIONS = "project_name, project_slug, databases, models, description, author_name, license"
INSIDE = "qapla_db/template/"


def built(source: Path, output: Path, *options: str) -> Path:
    """Build a wheel, and return its path."""
    succeed(["uv", "build", "--quiet", *options, "--out-dir", str(output), str(source)], source)
    (wheel,) = output.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel that was built from the source distribution."""
    return built(template, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with the package, its bytecode compiled, that cannot be written."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    succeed(["uv", "venv", "--quiet", "--python", sys.executable, str(place)], wheel.parent)
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(place)]
    succeed([*install, str(wheel)], wheel.parent)
    for path in [place, *place.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    return place


def command(installed: Path, output: Path, *answers: str) -> list[str]:
    """Return the command of a user who may not write into the environment."""
    held = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    return [*held, str(installed / "bin" / "qapla-db"), "--no-input", "-o", str(output), *answers]


def test_a_wheel_holds_the_files_of_the_template(
    template: Path, wheel: Path, tmp_path: Path
) -> None:
    """Each wheel does: the one from the source distribution, and the one from the repository."""
    paths = [str(path.relative_to(template)) for path in files(template)]
    expected = sorted(path for path in paths if path.startswith(TEMPLATE_PARTS))
    for built_wheel in (wheel, built(template, tmp_path, "--wheel")):
        names = zipfile.ZipFile(built_wheel).namelist()
        inside = [name.removeprefix(INSIDE) for name in names if name.startswith(INSIDE)]
        assert sorted(inside) == expected


def test_the_command_makes_the_same_project(template: Path, wheel: Path, tmp_path: Path) -> None:
    """The bytes are those that cookiecutter makes from the repository."""
    answers = GOOD_ANSWERS["two databases"]
    project, printed = generate(template, tmp_path / "repository", answers)
    given = [f"{key}={value}" for key, value in answers.items()]
    start = ["uv", "tool", "run", "--python", sys.executable, "--from", str(wheel), "qapla-db"]
    output = tmp_path / "package"
    assert succeed([*start, "--no-input", "--output-dir", str(output), *given], tmp_path) == printed
    assert contents(output / project.name) == contents(project)


def test_an_installation_that_cannot_be_written(
    template: Path, installed: Path, tmp_path: Path
) -> None:
    """Nothing is written into it, and neither its bytecode nor its modes reach the project."""
    before = contents(installed)
    assert any("__pycache__" in path for path in before)
    project, _ = generate(template, tmp_path / "repository", {})
    for name in ("first", "second"):
        succeed(command(installed, tmp_path / name), tmp_path)
        made = tmp_path / name / project.name
        assert contents(made) == contents(project)
        assert all(os.access(path, os.W_OK) for path in files(made))
    assert contents(installed) == before


def test_the_answers_may_be_replayed(template: Path, installed: Path, tmp_path: Path) -> None:
    """Cookiecutter keeps them as if the template came from the repository."""
    answers = GOOD_ANSWERS["two databases"]
    given = [f"{key}={value}" for key, value in answers.items()]
    succeed(command(installed, tmp_path / "package", *given), tmp_path, HOME=str(tmp_path))
    replay = [tool("cookiecutter"), "--replay", str(template), "-o", str(tmp_path / "replayed")]
    succeed(replay, tmp_path, HOME=str(tmp_path))
    assert contents(tmp_path / "replayed") == contents(tmp_path / "package")


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("database=main", f"there is no question 'database', only {QUESTIONS}"),
        ("_extensions=x", f"there is no question '_extensions', only {QUESTIONS}"),
        ("main", "expected question=answer instead of 'main': try 'databases=main, analytics'"),
        *(
            (f"{key}={value}", line)
            for answers, line in BAD_ANSWERS[:1]
            for key, value in answers.items()
        ),
    ],
)
def test_a_bad_answer_is_refused(installed: Path, tmp_path: Path, answer: str, line: str) -> None:
    """One line, and nothing is written."""
    done = run(command(installed, tmp_path, answer), tmp_path)
    assert (done.returncode, done.stderr) == (2, f"{line}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_taken_is_refused(installed: Path, tmp_path: Path) -> None:
    """The directory is there already, or a file is in the place of the output directory."""
    (tmp_path / "my_project").mkdir()
    (tmp_path / "file").touch()
    done = run(command(installed, tmp_path), tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        f'"{tmp_path}/my_project" directory already exists: move it away, or generate elsewhere '
        "with -o\n",
    )
    done = run(command(installed, tmp_path / "file"), tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        f"{tmp_path}/file is no directory that can be written: generate elsewhere with -o\n",
    )
