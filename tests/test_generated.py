"""New projects on each Python: clean, and passing their tests and those of the framework."""

from pathlib import Path

import pytest
from answers import FULL
from baking import Install, pythons, succeed

# The oldest Python with the oldest versions that `pyproject.toml` allows.
OLDEST = {"3.11": ("--resolution", "lowest-direct")}
# Without the option each command would install the newest versions.
AS_INSTALLED = ["uv", "run", "--no-sync"]
# The tests of the framework run in full unbaked, by `.ci/framework` on each Python. In the projects with the
# oldest and with the newest versions those run that are about the libraries, and not about processes.
ENDS = [name for name, version in FULL.items() if version in ("3.11", "3.13")]
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


def installed(install: Install, name: str) -> Path:
    """Install a set of answers on its Python, or on the one that this machine has."""
    version = FULL[name]
    python = pythons().get(version)
    options = (*OLDEST.get(version, ()), *(("--python", python) if python else ()))
    project, _ = install(name, "--all-extras", *options)
    return project


@pytest.mark.parametrize("name", FULL)
def test_a_new_project_is_clean_and_passes_its_tests(install: Install, name: str) -> None:
    """Lint, format, types and the tests succeed, on each Python there is."""
    project = installed(install, name)
    succeed([*AS_INSTALLED, "ruff", "check"], project)
    succeed([*AS_INSTALLED, "ruff", "format", "--check"], project)
    succeed([*AS_INSTALLED, "mypy"], project)
    succeed([*AS_INSTALLED, "mypy", "--config-file", "framework/mypy.ini"], project)
    assert " passed" in succeed([*AS_INSTALLED, "pytest", "-q"], project)


@pytest.mark.parametrize("name", ENDS)
def test_the_framework_passes_in_a_new_project(install: Install, name: str) -> None:
    """With the oldest and the newest Python and libraries."""
    project = installed(install, name)
    rooms = [f"framework/tests/{room}" for room in LIBRARIES]
    assert " passed" in succeed([*AS_INSTALLED, "pytest", "-q", "-n", "2", *rooms], project)
