"""The version of the template, and the answers, that a project keeps in `pyproject.toml`."""

from dataclasses import dataclass

from qapla.exceptions import UpdateError
from qapla.scaffold.project import PYPROJECT, TABLE, Project
from qapla.scaffold.source.toml import read_toml, table

_VERSION = "version"
_SLUG = "project_slug"


@dataclass(frozen=True)
class Answers:
    """The answers that a project was made with, and those that `qapla add` has changed.

    Attributes:
        version: The version of the template.
        values: The answer to each question, as its user would type it.
    """

    version: str
    values: dict[str, str]


def read_answers(project: Project) -> Answers:
    """Return the answers of a project.

    Raises:
        UpdateError: The project keeps none.
    """
    kept = table(read_toml(project.changes.read(PYPROJECT), PYPROJECT), TABLE)
    missing = [key for key in (_VERSION, _SLUG) if key not in kept]
    if missing:
        raise UpdateError(
            f"{PYPROJECT} has no {' and no '.join(missing)} in [{TABLE}]: generate a project with the "
            "same answers, and copy that table of its"
        )
    values = {key: _typed(value) for key, value in kept.items() if key != _VERSION}
    return Answers(kept[_VERSION], values)


def _typed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
