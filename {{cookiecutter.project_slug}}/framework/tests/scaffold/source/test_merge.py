"""A change between two renderings of a module, carried over to the module of its user."""

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.merging.conflict import Conflict
from qapla.scaffold.source.merge import merge_module

PATH = "ship.py"
OLD = '"""Ship."""\n\nfrom a import A\n\n\nclass Ship(A):\n    x: int\n'
NEW = '"""Ship."""\n\nfrom a import A, B\n\n\nclass Ship(A):\n    x: int\n    y: B\n'


def merge(theirs: str) -> str:
    """Return the module of a user with the change from the old to the new one."""
    return merge_module(OLD, NEW, theirs, PATH, "rotarran")


def test_a_module_as_it_was_made_becomes_the_new_one() -> None:
    """Whatever else might have been merged."""
    assert merge(OLD) == NEW


def test_the_user_may_write_around_the_lines() -> None:
    """Comments, code between the imports, and classes."""
    theirs = OLD.replace("from a", "# imports\nimport os\n\nX = os.sep\nfrom a")
    merged = merge(f"{theirs}\n\nclass Mine: ...\n")
    assert merged == (
        '"""Ship."""\n\n# imports\nimport os\n\nfrom a import B\n\nX = os.sep\nfrom a import A\n\n\n'
        "class Ship(A):\n    x: int\n    y: B\n\n\nclass Mine: ...\n"
    )


def test_a_conflict_has_the_lines_to_type() -> None:
    """With their indentation, for one file."""
    with pytest.raises(Conflict) as caught:
        merge_module(NEW, OLD, NEW.replace("y: B", "y: B | None"), PATH, "rotarran")
    assert str(caught.value) == (
        "ship.py has other lines than the scaffold wrote: change these by hand\n-     y: B"
    )


@pytest.mark.parametrize(
    "theirs",
    [
        OLD.replace("class Ship", "class Vessel"),
        OLD.replace("    x: int", "    x: int\n    y: str"),
        OLD.replace("x: int", "x: int = (\n        1\n    )").replace("class Ship(A):\n", "if A:\n  class Ship(A):\n"),
    ],
)  # fmt: skip
def test_a_line_in_the_wrong_place_is_a_conflict(theirs: str) -> None:
    """A merged module defines each name where it is to, as often as it is to."""
    with pytest.raises(Conflict) as caught:
        merge(theirs)
    assert str(caught.value).startswith(
        "ship.py has other lines than the scaffold wrote: change these by hand\n"
    )
    assert "\n+     y: B" in str(caught.value)


def test_another_meaning_of_a_name_is_a_conflict() -> None:
    """The user's own code would change its meaning."""
    with pytest.raises(Conflict) as caught:
        merge(OLD.replace("from a import A\n", "from a import A\nfrom mine import B\n"))
    assert str(caught.value) == "ship.py has another B than `from a import B`: rename it first"


def test_a_broken_module_is_an_error() -> None:
    """The error names its line."""
    with pytest.raises(ScaffoldError) as caught:
        merge("x = (\n")
    assert str(caught.value) == "ship.py is not valid Python (line 1): mend it"
