"""The run of code changes over a project."""

from collections.abc import Callable

import pytest

from qapla.cli.updating.codemods import CODEMODS
from qapla.cli.updating.codemods.codemod import Codemod, Place, change_code
from qapla.exceptions import UpdateError
from qapla.scaffold.project import Project

Make = Callable[..., Project]


def renamed(old: str, new: str, version: str) -> Codemod:
    """Return a change that renames, and reports a place with a question mark."""
    return Codemod(
        version,
        lambda source, _: source.replace(old, new),
        lambda source, _: [Place(1, "is asked: answer it")] if "?" in source else [],
    )


FIRST, SECOND = renamed("a", "b", "0.2.0"), renamed("b", "c", "0.10.0")


@pytest.mark.parametrize(
    ("since", "changed"),
    [("0", "c"), ("0.1.9", "c"), ("0.2.0", "a"), ("0.2.0.dev1", "a"), ("1", "a")],
)
def test_the_changes_of_later_versions_are_made_in_order(
    project: Make, since: str, changed: str
) -> None:
    """Versions are compared by their numbers."""
    ship = project(src__rotarran__ship="a")
    assert change_code(ship, [FIRST, SECOND], since) == []
    assert ship.changes.read("src/rotarran/ship.py") == changed


def test_modules_and_tests_are_changed(project: Make) -> None:
    """The framework and the revisions are not the user's code."""
    made = project(src__rotarran__web__ship="a", tests__unit__test_ship="a", framework__x="a")
    change_code(made, [FIRST], "0")
    assert made.changes.apply() == ["src/rotarran/web/ship.py", "tests/unit/test_ship.py"]
    change_code(made, [FIRST], "0")
    assert made.changes.apply() == []


def test_places_are_reported_with_their_file(project: Make) -> None:
    """The rest of the project is changed nevertheless."""
    made = project(src__rotarran__a="a?", src__rotarran__b="a")
    assert change_code(made, [FIRST], "0") == ["src/rotarran/a.py:1: is asked: answer it"]
    assert made.changes.apply() == ["src/rotarran/a.py", "src/rotarran/b.py"]


def test_a_module_with_a_conflict_is_reported(project: Make) -> None:
    """It is no Python until the user has resolved it."""
    made = project(src__rotarran__a="<<<<<<< HEAD\nread_filters\n")
    line = "src/rotarran/a.py is not valid Python (line 1): mend it"
    assert change_code(made, CODEMODS, "0") == [line]


def test_a_version_that_is_none(project: Make) -> None:
    """One line, before anything is changed."""
    with pytest.raises(UpdateError) as caught:
        change_code(project(), [FIRST], "new")
    assert str(caught.value) == "'new' is no version: type one such as 0.1.0"


def test_the_changes_are_in_the_order_of_their_versions() -> None:
    """A later one may need the earlier."""
    versions = [[int(part) for part in codemod.version.split(".")] for codemod in CODEMODS]
    assert versions == sorted(versions)
