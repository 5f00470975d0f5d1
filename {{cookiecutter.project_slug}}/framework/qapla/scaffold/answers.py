"""The answers to the template's questions: checked, and stamped into a new project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qapla.scaffold import names

LICENSES = ("MIT", "BSD-3-Clause", "Apache-2.0", "Proprietary")

# By question; each takes the answer and those that it depends on, and raises `Refused`.
CHECKS: dict[str, Callable[..., Any]] = {
    "project_name": lambda text: names.check_text(text, "the project name", "Rotarran"),
    "project_slug": names.check_package,
    "databases": names.parse_databases,
    "models": lambda models, databases, package: names.parse_models(
        models, names.parse_databases(databases, package), package
    ),
    "description": lambda text: names.check_text(
        text, "the description", "Keeps the crew list of a ship"
    ),
    "author_name": lambda text: names.check_text(text, "the author name", "Martok"),
    "license": lambda value: names.check_choice(value, "the licence", LICENSES),
}


def stamp(root: Path, *, package: str, databases: str, models: str) -> str:
    """Stamp every database and model of the answers, and return what to type next.

    Args:
        root: The directory of the new project.
        package: The project's package.
        databases: The names of the databases, comma-separated; the first is the default one.
        models: The models, comma-separated, as `Model` or `database.Model`.
    """
    # Here, as the checks above also run where no project is made, and must start fast.
    from qapla.scaffold.project import Project

    project = Project(root, package)
    database_names = names.parse_databases(databases, package)
    for name in database_names:
        project.add_database(name)
    parsed = names.parse_models(models, database_names, package)
    for model in parsed:
        project.add_model(model.database, model.name)
    return "\n".join(_next_steps(root, database_names, [str(model) for model in parsed]))


def _next_steps(root: Path, databases: list[str], models: list[str]) -> list[str]:
    upgrades = ["uv run alembic upgrade head"]
    upgrades += [f"uv run alembic -n {name} upgrade head" for name in databases[1:]]
    return [
        "",
        f"{root.name}: databases {', '.join(databases)}; models {', '.join(models)}.",
        "Type next:",
        "",
        f"    cd {root.name}",
        "    uv run pytest",
        *(f"    {command}" for command in upgrades),
        "    uv run pserve development.ini",
    ]
