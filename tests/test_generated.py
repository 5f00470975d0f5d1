"""New projects of every set of answers, on each Python: clean, and passing their tests."""

import pytest
from answers import GOOD_ANSWERS
from baking import Install, check_types, pythons, succeed

FULL = {"two databases": "3.11", "strange names": "3.12", "four databases": "3.13"}
# The oldest Python with the oldest versions that `pyproject.toml` allows.
OLDEST = {"3.11": ("--resolution", "lowest-direct")}
# The tests of the framework run in full unbaked. In the projects, with the oldest and the newest versions
# and on each Python, those run that are about the libraries, and not about processes and servers.
LIBRARIES = (
    "app",
    "celery/outbox",
    "celery/settings",
    "database/connect",
    "database/dialects",
    "database/sessions",
    "database/types",
    "driver",
    "logs",
    "settings",
    "web",
)


def _alone(name: str, *values: str) -> object:
    """Return a set of answers whose test runs beside those of the others: it has its own project."""
    return pytest.param(name, *values, marks=pytest.mark.xdist_group(f"generated {name}"))


@pytest.mark.parametrize(("name", "version"), [_alone(*item) for item in FULL.items()])
def test_a_new_project_is_clean_and_passes_all_tests(
    install: Install, name: str, version: str
) -> None:
    """Lint, format, types, the tests and the framework's tests succeed, on each Python there is."""
    # Where this machine has not that one, the project is tried on the one it has.
    python = pythons().get(version)
    options = (*OLDEST.get(version, ()), *(("--python", python) if python else ()))
    project, _ = install(name, "--all-extras", *options)
    # Without it each command would install the newest versions.
    as_installed = ["uv", "run", "--no-sync"]
    succeed([*as_installed, "ruff", "check"], project)
    succeed([*as_installed, "ruff", "format", "--check"], project)
    succeed([*as_installed, "mypy"], project)
    succeed([*as_installed, "mypy", "--config-file", "framework/mypy.ini"], project)
    assert " passed" in succeed([*as_installed, "pytest", "-q"], project)
    rooms = [f"framework/tests/{room}" for room in LIBRARIES]
    assert " passed" in succeed([*as_installed, "pytest", "-q", "-n", "2", *rooms], project)


@pytest.mark.parametrize("name", [_alone(name) for name in GOOD_ANSWERS if name not in FULL])
def test_every_other_set_of_good_answers_passes_its_tests(install: Install, name: str) -> None:
    """The tests of a project pass, whatever its names are, and its types are right."""
    project, _ = install(name)
    assert " passed" in succeed(["uv", "run", "pytest", "-q"], project)
    check_types(project)
