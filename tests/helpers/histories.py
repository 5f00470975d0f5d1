"""Histories of a project: databases, models and fields that are added and removed in any order."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from notation import database_names, legal_fields, legal_models

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.database import add_database
from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.additions.model import add_model
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.fields.spec import Spec, parse_spec
from qapla.scaffold.project import Project
from qapla.scaffold.removals.database import remove_database
from qapla.scaffold.removals.field import remove_fields
from qapla.scaffold.removals.model import remove_model


class History:
    """Commands that are drawn one after the other, and done to a project.

    Args:
        project: The project.
        data: Draws the commands.
    """

    def __init__(self, project: Project, data: st.DataObject) -> None:
        self._root, self._package = project.root, project.package
        self._draw = data.draw
        self.refusals: list[str] = []

    @property
    def project(self) -> Project:
        """The project as it is on the disk."""
        return Project(self._root, self._package)

    def play(self, steps: int) -> None:
        """Run commands: first of all add a database and two models."""
        for command in (self.add_database, self.add_model, self.add_model):
            command()
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        """Run one command of those that there are for the project."""
        possible = [self.add_model] * 4
        if self.project.specs():
            possible += [self.add_field] * 4 + [self.remove_field] * 2 + [self.remove_model]
        possible.append(self.add_database)
        if self.project.databases()[1:]:
            possible.append(self.remove_database)
        self._draw(st.sampled_from(possible))()

    def add_database(self) -> None:
        """Add a database of any name."""
        known = self.project.databases()
        names = database_names(self._package).filter(lambda name: name not in known)
        self._do(add_database, self._draw(names))

    def add_model(self) -> None:
        """Add a model of any name, with any fields."""
        databases = self.project.databases()
        known = {str(model) for model in self.project.models()}
        names = legal_models(databases, self._package)
        name = self._draw(names.filter(lambda name: name.partition("/")[0] not in known))
        targets = self._targets(name.partition(".")[0], name)
        texts = self._draw(_several(legal_fields(targets), 6))
        spec = parse_spec(f"{name}({', '.join(texts)})", databases, self._package)
        self._do(add_model, spec)

    def add_field(self) -> None:
        """Add fields to a model."""
        spec = self._spec()
        targets = self._targets(spec.name.database, spec.name.name)
        texts = self._draw(st.lists(legal_fields(targets, fits_rows=True), min_size=1, max_size=2))
        self._do(add_fields, spec.name, [parse_field(text) for text in texts])

    def remove_field(self) -> None:
        """Remove a field from a model."""
        spec = self._spec()
        name = self._draw(st.sampled_from([field.name for field in spec.fields]))
        self._do(remove_fields, spec.name, [name], self._applied())

    def remove_model(self) -> None:
        """Remove a model."""
        self._do(remove_model, self._spec().name, self._applied())

    def remove_database(self) -> None:
        """Remove a database that is not the first one."""
        name = self._draw(st.sampled_from(self.project.databases()[1:]))
        self._do(lambda project, name: remove_database(project, name, revisions_too=True), name)

    def _do(self, command: Callable[..., object], *arguments: Any) -> None:
        project = self.project
        note(f"{getattr(command, '__name__', '')} {', '.join(map(str, arguments))}")
        try:
            command(project, *arguments)
        except ScaffoldError as error:
            note(f"    {error}")
            self.refusals.append(str(error))
        else:
            project.changes.apply()

    def _spec(self) -> Spec:
        return self._draw(st.sampled_from(self.project.specs()))

    def _targets(self, database: str, itself: str) -> list[str]:
        models = self.project.models()
        names = [model.name for model in models if model.database == database]
        return [*names, itself.rpartition(".")[2].partition("/")[0]]

    def _applied(self) -> Callable[[str, str], bool]:
        applied = self._draw(st.booleans())
        return lambda database, path: applied


def _several(fields: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[str]]:
    """Return lists of fields with different names."""
    return st.lists(
        fields, min_size=1, max_size=most, unique_by=lambda text: text.partition(":")[0]
    )


def sources(project: Project) -> dict[str, bytes]:
    """Return the content of every file of a project by its path."""
    paths: list[Path] = [path for path in project.root.rglob("*") if path.is_file()]
    return {str(path.relative_to(project.root)): path.read_bytes() for path in paths}
