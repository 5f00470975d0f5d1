"""Check the answers to the template's questions, and stamp them into a new project."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qapla.scaffold.fields.parse import parse_models
from qapla.scaffold.names import parse, rules

LICENSES = ("MIT", "BSD-3-Clause", "Apache-2.0", "Proprietary")

# The check of each question. It takes the answer and those it depends on, and raises `Refused`.
CHECKS: dict[str, Callable[..., Any]] = {
    "project_name": lambda text: rules.check_text(text, "the project name", "Rotarran"),
    "project_slug": rules.check_package,
    "databases": parse.parse_databases,
    "models": lambda models, databases, package: parse_models(
        models, list(parse.parse_databases(databases, package)), package
    ),
    "description": lambda text: rules.check_text(
        text, "the description", "Keeps the crew list of a ship"
    ),
    "author_name": lambda text: rules.check_text(text, "the author name", "Martok"),
    "license": lambda value: rules.check_choice(value, "the licence", LICENSES),
}


def stamp(root: Path, *, package: str, databases: str, models: str) -> str:
    """Stamp every database and model of the answers, and return the next commands.

    Args:
        root: The directory of the new project.
        package: The project's package.
        databases: The names of the databases, comma-separated; the first is the default one.
        models: The models, comma-separated, as `Model` or `database.Model`, with `/` and another
            plural if need be.
    """
    # Here, as the checks above also run where no project is made, and must start fast.
    from qapla.scaffold.additions.database import add_database
    from qapla.scaffold.additions.model import add_models
    from qapla.scaffold.project import Project

    project = Project(root, package)
    parsed = parse.parse_databases(databases, package)
    for name, managed in parsed.items():
        add_database(project, name, managed=managed)
    specs = parse_models(models, list(parsed), package)
    add_models(project, specs)
    # Nothing of the user's is there yet, and cookiecutter removes a project that is not completed.
    project.changes.apply(restorable=False)
    return "\n".join(_next_steps(root, parsed, [str(spec.name) for spec in specs]))


def _next_steps(root: Path, databases: Mapping[str, bool], models: list[str]) -> list[str]:
    return [
        "",
        f"{root.name}: databases {', '.join(databases)}; models {', '.join(models)}.",
        "Type next:",
        "",
        f"    cd {root.name}",
        "    uv run pytest",
        "    uv run qapla db upgrade",
        "    uv run pserve development.ini",
    ]
