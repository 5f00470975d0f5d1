"""New projects on each Python: clean, and passing their tests and those of the framework."""

import pytest
from answers import FULL
from baking import Install, pythons, succeed

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


@pytest.mark.parametrize(("name", "version"), FULL.items())
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
