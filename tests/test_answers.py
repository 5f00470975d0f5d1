"""New projects of every other set of answers."""

from pathlib import Path

import pytest
from answers import FULL, GOOD_ANSWERS
from baking import check_types, generate, run_tests


@pytest.mark.parametrize("name", [name for name in GOOD_ANSWERS if name not in FULL])
def test_every_other_set_of_good_answers_passes_its_tests(
    template: Path, workplace: Path, name: str
) -> None:
    """The tests of a project pass, whatever its names are, and its types are right."""
    project, _ = generate(template, workplace / name, GOOD_ANSWERS[name])
    run_tests(project)
    check_types(project)
