"""A change of a line, merged into the line that its user has made of it."""

import pytest

from qapla.scaffold.merging.tokens import merge_tokens

OLD, NEW = 'D = {"a": 1}', 'D = {"a": 1, "b": 2}'


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ('D = {"a": 1, "own": 3}', 'D = {"a": 1, "b": 2, "own": 3}'),
        ('D = {"own": 3, "a": 1}', 'D = {"own": 3, "a": 1, "b": 2}'),
        ('D = {"a": 7}', 'D = {"a": 7, "b": 2}'),
        ('D = {\n    "a": 1,\n    "own": 3,\n}', 'D = {\n    "a": 1, "b": 2,\n    "own": 3,\n}'),
        ('D = {"a": 1, "own": 3, "b": 2}', 'D = {"a": 1, "own": 3, "b": 2}'),
        ('D: dict = {"a": 1}  # {"b"', 'D: dict = {"a": 1, "b": 2}  # {"b"'),
    ],
)
def test_an_item_is_added(theirs: str, expected: str) -> None:
    """Beside the user's own, in their layout, and only once."""
    assert merge_tokens(OLD, NEW, theirs) == expected


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ('D = {"a": 1, "b": 2, "own": 3}', 'D = {"a": 1, "own": 3}'),
        ('D = {\n    "a": 1,\n    "b": 2,\n}', 'D = {\n    "a": 1,\n}'),
        ('D = {"a": 1, "own": 3}', 'D = {"a": 1, "own": 3}'),
        ('D = {"a": 1, "b": 3}', None),
    ],
)
def test_an_item_is_removed(theirs: str, expected: str | None) -> None:
    """If it is as it was made, or gone already."""
    assert merge_tokens(NEW, OLD, theirs) == expected


@pytest.mark.parametrize("theirs", ["D = make()", "", "E = [2]"])
def test_other_code_is_a_conflict(theirs: str) -> None:
    """Nothing tells where the item belongs."""
    assert merge_tokens('f({"a": 1})', 'f({"a": 1, "b": 2})', theirs) is None


def test_a_line_does_not_cut_another_one() -> None:
    """It might make other code of the user's."""
    assert merge_tokens("x: X\nz", "x: X\ny\nz", "x: X = f()\nq") is None


def test_a_name_is_replaced() -> None:
    """In the user's own expression."""
    assert merge_tokens("f(**BODY)", "f(**VALUES)", "f(**BODY, own=3)") == "f(**VALUES, own=3)"
