"""Test classes that pytest would not run as they are meant: one line, instead of a riddle."""

from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
TEST = "    def test_it(self, dbsession):\n        pass\n"
CASE = (
    "{}: pytest gives no fixtures to the methods of a unittest.TestCase: leave TestCase out of its "
    "bases, and write setUp as a fixture with autouse=True"
)
METHOD = (
    "TestOther: pytest collects no class with {}: write it as a fixture with autouse=True, or set "
    "attributes in the class"
)


def refused(result: pytest.RunResult) -> str:
    """Return the line below the title of the only error, which has no traceback."""
    result.assert_outcomes(errors=1)
    [title] = [n for n, line in enumerate(result.outlines) if "ERROR collecting" in line]
    assert result.outlines[title + 2].startswith("====")
    return result.outlines[title + 1]


@pytest.mark.parametrize("name", ["TestOther", "Other"])
@pytest.mark.parametrize("bases", ["Fixtures, TestCase", "TestCase, Fixtures"])
def test_a_test_case_of_unittest(run: Run, name: str, bases: str) -> None:
    """It is collected under any name, and has no fixtures in any order of its bases."""
    line = f"from unittest import TestCase\nclass {name}({bases}):\n    pass\n"
    assert refused(run(TEST + line)) == CASE.format(name)


@pytest.mark.parametrize("method", ["__init__", "__new__"])
def test_a_class_with_a_constructor(run: Run, method: str) -> None:
    """Otherwise pytest would pass over it with a warning."""
    line = f"class TestOther(Fixtures):\n    def {method}(self):\n        pass\n"
    assert refused(run(TEST + line)) == METHOD.format(method)


def test_classes_that_pytest_collects_not_at_all(run: Run) -> None:
    """They may have any methods: by their name, or by `__test__`, they are no tests."""
    line = (
        "class Helper(Fixtures):\n    def __init__(self):\n        pass\n"
        "class TestBase(Fixtures):\n    __test__ = False\n    def __init__(self):\n        pass\n"
        "import unittest\nclass TestPlain(unittest.TestCase):\n    def test_it(self):\n        pass\n"
    )
    run(TEST + line).assert_outcomes(passed=2)
