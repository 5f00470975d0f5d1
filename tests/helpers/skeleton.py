"""Projects without a database, to which tests add: files alone, without the framework."""

from pathlib import Path

from baking import cookiecutter, files, succeed

from qapla.scaffold.names.model import application_class
from qapla.scaffold.project import Project

_NAME = "rotarran"


class Skeleton:
    """The files of a project as the template has them before the scaffold adds to them.

    Args:
        texts: The texts by their paths.
    """

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    @classmethod
    def bake(cls, template: Path, output: Path) -> "Skeleton":
        """Generate a project without the hook that adds databases and models."""
        answers = {"project_name": _NAME.capitalize()}
        succeed([*cookiecutter(template, output, answers), "--accept-hooks", "no"], output)
        project = output / _NAME
        kept = [path for path in files(project) if _is_needed(path.relative_to(project))]
        texts = {str(path.relative_to(project)): path.read_text() for path in kept}
        return cls(texts)

    def project(self, root: Path, package: str) -> Project:
        """Write a project with a package of another name."""
        for path, text in self._texts.items():
            target = root / path.replace(_NAME, package)
            target.parent.mkdir(parents=True, exist_ok=True)
            renamed = text.replace(application_class(_NAME), application_class(package))
            target.write_text(renamed.replace(_NAME, package))
        return Project(root, package)


def _is_needed(path: Path) -> bool:
    if path.parts[0] in ("alembic.ini", "pyproject.toml"):
        return True
    return path.parts[0] in ("src", "tests")
