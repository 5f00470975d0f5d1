"""New projects of every other set of answers."""

import pytest
from answers import FULL, GOOD_ANSWERS
from baking import Install, check_types, succeed


@pytest.mark.parametrize("name", [name for name in GOOD_ANSWERS if name not in FULL])
def test_every_other_set_of_good_answers_passes_its_tests(install: Install, name: str) -> None:
    """The tests of a project pass, whatever its names are, and its types are right."""
    project, _ = install(name)
    assert " passed" in succeed(["uv", "run", "pytest", "-q"], project)
    check_types(project)
