"""Arrays of a TOML file that the user may have written otherwise."""

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.source.toml import change_array, read_toml, strings, table

PATH = "pyproject.toml"
HEAD = "[tool.qapla]  # Kept.\nversion = 1\n"


def changed(array: str, items: list[str]) -> str:
    """Return an array of a file with other items, and see that the rest of the file stays."""
    source = f"{HEAD}{array}\n[other]\nmodels = ['x']\n"
    result = change_array(source, "tool.qapla", "models", items, PATH)
    assert read_toml(result, PATH)["tool"]["qapla"]["models"] == items
    assert result.startswith(HEAD)
    assert result.endswith("\n[other]\nmodels = ['x']\n")
    return result[len(HEAD) : -len("\n[other]\nmodels = ['x']\n")]


@pytest.mark.parametrize(
    ("before", "items", "after"),
    [
        ("models = []", ["a"], 'models = [\n    "a",\n]'),
        ('models = ["a"]  # b', ["a", "b"], 'models = [\n    "a",\n    "b",\n]  # b'),
        ("models = [\n 'a' # x\n]", ["a", "b"], "models = [\n 'a', # x\n    \"b\",\n]"),
        ("models = ['a',\n  'b']", ["a", "b", "c"], "models = ['a',\n  'b',\n    \"c\",\n]"),
        ("models = [\n 'a', 'b',\n]", ["a", "b", "c"], "models = [\n 'a', 'b',\n    \"c\",\n]"),
        ('models = [\n  "a]#",\n]', ["a]#", 'b"'], 'models = [\n  "a]#",\n    "b\\"",\n]'),
        ("models = [\n    # Mine.\n]", ["a"], 'models = [\n    # Mine.\n    "a",\n]'),
    ],
)
def test_an_item_goes_to_the_end_of_an_array(before: str, items: list[str], after: str) -> None:
    """The items before it stay as they are, with their comments."""
    assert changed(before, items) == after


@pytest.mark.parametrize(
    ("before", "items", "after"),
    [
        ('models = [\n    "a",\n    "b",\n]', ["a"], 'models = [\n    "a",\n]'),
        ('models = [\n    "a",\n]', [], "models = []"),
        ("models = [\n    'a', # x\n    'b'\n]", ["a"], "models = [\n    'a', # x\n]"),
        ("models = ['a', 'b', 'c']", ["a", "c"], "models = ['a', 'c']"),
        ("models = [\n  'a',\n  'b',\n]", ["a", "c"], "models = [\n  'a',\n  \"c\",\n]"),
    ],
)
def test_an_item_goes_or_is_another_one(before: str, items: list[str], after: str) -> None:
    """The others stay where they are."""
    assert changed(before, items) == after


def test_a_file_without_the_array_stays() -> None:
    """A project of an older template keeps no answers; the same items change nothing."""
    for source in ("", "[tool.qapla]\n", "[tool]\nqapla = 3\n", "[tool.qapla]\nmodels=['a']\n"):
        assert change_array(source, "tool.qapla", "models", ["a"], PATH) == source


@pytest.mark.parametrize(
    "source",
    [
        "[tool]\nqapla.models = ['a']\n",
        "[tool.qapla]\n\"models\" = ['a']\n",
        "tool = { qapla = { models = ['a'] } }\n",
        '[tool.qapla]\nx = """\nmodels = ["z"]\n"""\nmodels = ["a"]\n',
    ],
)
def test_an_array_of_another_form_is_an_error(source: str) -> None:
    """The line to write has the items that are there: the command adds the others then."""
    with pytest.raises(ScaffoldError) as caught:
        change_array(source, "tool.qapla", "models", ["a", "b"], PATH)
    assert str(caught.value) == (
        f"{PATH} has models in a form that the scaffold cannot change: "
        'write models = ["a"] below [tool.qapla]'
    )


@pytest.mark.parametrize("value", ["'a'", "[1]", "{ a = 1 }"])
def test_another_value_than_strings_is_an_error(value: str) -> None:
    """Its user has typed it."""
    with pytest.raises(ScaffoldError) as caught:
        strings(read_toml(f"[tool.qapla]\nmodels = {value}\n", PATH), "tool.qapla", "models", PATH)
    assert str(caught.value) == (
        f"{PATH} has no array of strings as models below [tool.qapla]: mend it"
    )


def test_a_broken_file_is_an_error() -> None:
    """The error names the file, and where it is broken."""
    with pytest.raises(ScaffoldError) as caught:
        read_toml("x = \n", PATH)
    assert str(caught.value) == (
        f"{PATH} is not valid TOML (Invalid value (at line 1, column 5)): mend it"
    )
    assert table({"tool": 1}, "tool.qapla") == {}
