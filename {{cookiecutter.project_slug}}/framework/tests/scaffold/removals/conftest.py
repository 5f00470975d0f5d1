"""Removals from a project, and whether its revisions may have been applied."""

from collections.abc import Callable

import pytest

from qapla.scaffold.project import Project
from qapla.scaffold.removals.model import remove_model

Remove = Callable[..., list[str]]


@pytest.fixture
def remove(kept: Project) -> Remove:
    """Return a function that removes a model, whose revision has not been applied, and its paths."""

    def remove_and_write(
        name: str, *, applied: bool = False, changed_too: bool = False
    ) -> list[str]:
        project = Project(kept.root, kept.package)
        remove_model(project, project.model(name), lambda *_: applied, changed_too=changed_too)
        return project.changes.apply()

    return remove_and_write
