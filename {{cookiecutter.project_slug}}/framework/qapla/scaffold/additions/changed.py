"""Change the modules of a model, which have a line for each of its fields."""

from qapla.scaffold.additions.parts import modules
from qapla.scaffold.fields.spec import Spec
from qapla.scaffold.project import Project
from qapla.scaffold.source.merge import merge_module


def change_modules(project: Project, old: Spec, new: Spec) -> None:
    """Change the modules of a model for other fields; the user's own lines in them stay.

    Of a resource or a test that the user has deleted nothing is made anew.

    Raises:
        ScaffoldError: The user has changed the lines that are to be changed.
    """
    after = modules(project, new)
    model, *others = modules(project, old).items()
    there = [(path, text) for path, text in others if project.changes.exists(path)]
    for path, text in (model, *there):
        project.change(
            path,
            lambda theirs, path, text=text: merge_module(  # type: ignore[misc]
                text, after[path], theirs, path, project.package
            ),
        )
