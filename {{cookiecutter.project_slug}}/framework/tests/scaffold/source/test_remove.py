"""Lines that are taken out of files that the user may have changed."""

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.source import remove

PATH = "databases/__init__.py"
VALUE = {"task": '"t"', "schedule": "3.0"}


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("X = [\n    a,\n    b,\n]\n", 1, "X = [\n    a,\n]\n"),
        ("X = [\n    a,  # first\n    b,\n]\n", 1, "X = [\n    a,  # first\n]\n"),
        ("X = [a, b]\n", 1, "X = [a]\n"),
        ("X = [a, (b), c]\n", 1, "X = [a, c]\n"),
        ("X = [a, b]\n", 0, "X = [b]\n"),
        ("X = [a,\n     b]\n", 1, "X = [a]\n"),
        ("X = [a,\n     b]\n", 0, "X = [b]\n"),
        ("X = [a, b,]\n", 1, "X = [a,]\n"),
        ("X = [\n    a,\n]\n", 0, "X = []\n"),
        ("X = [\n    # Mine.\n    a,\n]\n", 0, "X = [\n    # Mine.\n]\n"),
    ],
)
def test_an_item_goes_out_of_a_list(before: str, index: int, after: str) -> None:
    """The others stay as they are, in their layout, with their comments."""
    assert remove.remove_from_list(before, "X", index, PATH) == after


@pytest.mark.parametrize("source", ["X = [\n    a,  # Mine.\n]\n", "X = [b,  # Mine.\n     a]\n"])
def test_a_comment_beside_an_item_is_an_error(source: str) -> None:
    """It would be lost."""
    with pytest.raises(ScaffoldError) as caught:
        remove.remove_from_list(source, "X", source.count("b,"), PATH)
    assert str(caught.value) == f"{PATH} has a comment beside a: move it away first"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'X = {\n    "n": {\n        "task": "t",\n        "schedule": 3.0,\n    },\n}\n',
            "X = {}\n",
        ),
        ("X = {'n': dict(), **y}\n", None),
        ("X = {'n': {'task': 't', 'schedule': 3.0}, **y}\n", "X = {**y}\n"),
        ("X = {**y}\n", "X = {**y}\n"),
        ("X = make()\n", "X = make()\n"),
    ],
)
def test_an_item_goes_out_of_a_dict(before: str, after: str | None) -> None:
    """It is none of the scaffold's with another value; without it there is nothing to do."""
    if after is not None:
        assert remove.remove_from_dict(before, "X", [], "n", VALUE, PATH) == after
        return
    with pytest.raises(ScaffoldError) as caught:
        remove.remove_from_dict(before, "X", [], "n", VALUE, PATH)
    assert str(caught.value) == f'{PATH} has another value of "n": remove it by hand first'


def test_a_comment_beside_an_item_of_a_dict_is_an_error() -> None:
    """It would be lost."""
    source = 'X = {\n    "n": {"task": "t", "schedule": 3.0},  # Mine.\n}\n'
    with pytest.raises(ScaffoldError) as caught:
        remove.remove_from_dict(source, "X", [], "n", VALUE, PATH)
    assert str(caught.value) == f'{PATH} has a comment beside "n": move it away first'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    a()\n    b()\n    c()\n", "def f():\n    c()\n"),
        ("def f():\n\ta()\n\tb()\n", "def f():\n\tpass\n"),
        ("def f():\n    # Mine.\n    a(\n    )\n    c()\n", "def f():\n    # Mine.\n    c()\n"),
        ("def f():\n    if x:\n        a()\n", "def f():\n    if x:\n        a()\n"),
        ("def g(): a()\n", "def g(): a()\n"),
    ],
)
def test_statements_go_out_of_a_function(before: str, after: str) -> None:
    """The statements of the scaffold go, wherever they stand; a body is never empty."""
    assert remove.remove_from_function(before, "f", ["a()", "b()"], PATH) == after


@pytest.mark.parametrize("line", ["a(); c()", "c(); a()", "a()  # Mine."])
def test_more_on_the_line_of_a_statement_is_an_error(line: str) -> None:
    """It would be lost."""
    with pytest.raises(ScaffoldError) as caught:
        remove.remove_from_function(f"def f():\n    {line}\n", "f", ["a()"], PATH)
    assert str(caught.value) == f"{PATH} has more than `a()` on its line: remove it by hand first"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class X:\n    a: A\n    b: B\n", "class X:\n    a: A\n"),
        ("class X:\n    b: B\n", "class X:\n    pass\n"),
        ("class X:\n    a: A\n", "class X:\n    a: A\n"),
        ("class Y: ...\n", "class Y: ...\n"),
    ],
)
def test_an_annotation_goes_out_of_a_class(before: str, after: str) -> None:
    """Without it there is nothing to do."""
    assert remove.remove_annotation(before, "X", "b", PATH) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# c\n[a]\nx = 1\n\n[b]\ny = 2\n", "# c\n[a]\nx = 1\n"),
        ("[b]\ny = 2\n\n# About a.\n[a]\nx = 1\n", "# About a.\n[a]\nx = 1\n"),
        ("[a]\nx = 1\n\n[b]\ny = 2\n\n[c]\nz = 3\n", "[a]\nx = 1\n\n[c]\nz = 3\n"),
        ("[a]\nx = 1\n", "[a]\nx = 1\n"),
        ("[b]\ny = 2", ""),
    ],
)
def test_a_section_goes_out_of_an_ini_file(before: str, after: str) -> None:
    """Comments and the other sections stay."""
    assert remove.remove_section(before, "b", ["y = 2"], PATH) == after


@pytest.mark.parametrize("source", ["[b]\ny = 3\n", "[b]\ny = 2\nz = 3\n", "[b]\n# c\ny = 2\n"])
def test_a_section_with_other_lines_is_an_error(source: str) -> None:
    """Its user has changed it."""
    with pytest.raises(ScaffoldError) as caught:
        remove.remove_section(source, "b", ["y = 2"], PATH)
    assert str(caught.value) == f"{PATH} has other lines in [b]: remove it by hand first"
