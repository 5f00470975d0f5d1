"""Bake projects, and run commands in them as a user would."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

Bake = Callable[[str], tuple[Path, str]]
Install = Callable[..., tuple[Path, str]]
TEMPLATE = Path(__file__).parents[2]
HELPERS = Path(__file__).parent
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".*_cache", "uv.lock", "var", "*.pyc"
)

# Where runs of pytest inside these tests keep their files: in the directory of this run they would
# take away the permissions that the embedded server, another user under root, needs for its way.
_NESTED = tempfile.mkdtemp(prefix="qapla-nested-")
atexit.register(shutil.rmtree, _NESTED, ignore_errors=True)


def clean_environment(**more: str) -> dict[str, str]:
    """Return an environment without the variables that the run of these tests has set."""
    inherited = ("VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTEST_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(inherited)}
    return {**kept, "PYTEST_DEBUG_TEMPROOT": _NESTED, **more}


def run(
    command: Sequence[str],
    directory: Path,
    *,
    answer: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command and return its output, whatever its exit code."""
    return subprocess.run(
        command,
        cwd=directory,
        input=answer,
        env=clean_environment(**(environment or {})),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def succeed(command: Sequence[str], directory: Path, **environment: str) -> str:
    """Run a command that must succeed, and return its output."""
    done = run(command, directory, environment=environment)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def run_tests(project: Path, *arguments: str) -> None:
    """Run the tests of a project with the libraries of these tests, which need no compilation."""
    path = os.pathsep.join([str(project / "framework"), str(project / "src")])
    command = [tool("pytest"), "-q", "-p", "no:cacheprovider", *arguments]
    succeed(command, project, PYTHONPATH=path)


def check_types(project: Path) -> None:
    """Check the types of a project with the libraries of these tests, of which mypy keeps what it read."""
    cache = Path(tempfile.gettempdir()) / f"qapla-types-{os.getuid()}"
    succeed([tool("mypy"), "--cache-dir", str(cache)], project)


def copy_template(target: Path) -> Path:
    """Return a copy of the template as a fresh clone would have it."""
    return Path(shutil.copytree(TEMPLATE, target, ignore=_LEFT_OUT))


def tool(name: str) -> str:
    """Return the path of a program that is installed beside this Python."""
    return str(Path(sys.executable).parent / name)


def cookiecutter(template: Path, output: Path, answers: Mapping[str, str]) -> list[str]:
    """Return the command that generates a project without prompts."""
    given = [f"{key}={value}" for key, value in answers.items()]
    return [tool("cookiecutter"), "--no-input", str(template), "-o", str(output), *given]


def generate(template: Path, output: Path, answers: Mapping[str, str]) -> tuple[Path, str]:
    """Generate a project; return its directory and the output of the generation."""
    output.mkdir(parents=True, exist_ok=True)
    printed = succeed(cookiecutter(template, output, answers), output)
    (project,) = output.iterdir()
    return project, printed


def told_commands(printed: str) -> list[str]:
    """Return the commands that a generation told its user to type."""
    return [line.strip() for line in printed.splitlines() if line.startswith("    ")]


def files(directory: Path) -> Iterator[Path]:
    """Yield every file of a project, without those that tools have written."""
    ignored = {".venv", ".git", "var", ".ruff_cache", ".mypy_cache", ".pytest_cache"}
    for path in sorted(directory.rglob("*")):
        parts = path.relative_to(directory).parts
        if path.is_file() and not ignored.intersection(parts):
            yield path


def contents(directory: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a project by its path."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in files(directory)}


def pythons() -> dict[str, str]:
    """Return the Pythons of 3.11 to 3.13 that this machine has, by version."""
    found = {}
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in ("3.11", "3.12", "3.13"):
        named = sorted(managed.glob(f"{version}.*/bin/python{version}"))
        if named:
            found[version] = str(named[-1])
            continue
        asked = run(["uv", "python", "find", "--no-project", version], TEMPLATE)
        if asked.returncode == 0:
            found[version] = asked.stdout.strip()
    return found
