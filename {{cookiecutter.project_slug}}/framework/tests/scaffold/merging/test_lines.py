"""A change of a rendered text, merged into the text that its user has made of it."""

import pytest

from qapla.scaffold.merging.lines import Chunk, merge_lines

OLD = "class A:\n    x: X\n\n\nclass B:\n    pass\n"
NEW = "class A:\n    x: X\n    y: Y\n\n\nclass B:\n    pass\n"


def edited(old: str, *changes: tuple[str, str]) -> str:
    """Return a text with some parts replaced."""
    for before, after in changes:
        assert before in old
        old = old.replace(before, after)
    return old


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("pass", "q = 1"), "    x: X\n    y: Y\n"),
        (("    x: X\n", "    x: X\n    own: int\n"), "    x: X\n    y: Y\n    own: int\n"),
        (("    x: X\n", "    own: int\n    x: X\n"), "    own: int\n    x: X\n    y: Y\n"),
        (("    x: X\n", "    x: Z  # Mine.\n"), "    x: Z  # Mine.\n    y: Y\n"),
        (
            ("    x: X\n", "    x: Z = f(\n        1,\n    )\n    # c\n"),
            "    )\n    y: Y\n    # c\n",
        ),
        (("    x: X\n", "    x: Z\n\n    def f(): ...\n"), "    x: Z\n    y: Y\n\n    def f"),
        (("    x: X\n", "    x: X\n    y: Y\n"), "    x: X\n    y: Y\n\n"),
        (("    x: X\n", "    x: X\n    own: int\n    y: Y\n"), "    own: int\n    y: Y\n\n"),
        (("\n\nclass B", "\n\n\nclass B"), "    x: X\n    y: Y\n\n\n\nclass B"),
    ],
)
def test_a_new_line_finds_its_place(change: tuple[str, str], expected: str) -> None:
    """Behind the line before it, whatever the user has made of that; only once."""
    merged = merge_lines(OLD, NEW, edited(OLD, change))
    assert merged.conflicts == ()
    assert expected in merged.text
    assert merged.text.count("    y: Y\n") == 1


@pytest.mark.parametrize(
    "change",
    [
        ("pass", "q = 1"),
        ("    y: Y\n", "    y: Y\n    own: int\n"),
        ("    y: Y\n", "    own: int\n    y: Y\n"),
        ("    y: Y\n", ""),
        ("    x: X\n", ""),
    ],
)
def test_an_old_line_goes(change: tuple[str, str]) -> None:
    """The user's lines around it stay; one that is gone already is no matter."""
    theirs = edited(NEW, change)
    merged = merge_lines(NEW, OLD, theirs)
    assert merged.text == theirs.replace("    y: Y\n", "")
    assert merged.conflicts == ()


def test_a_changed_line_that_is_to_go_is_a_conflict() -> None:
    """It stays, and the conflict has it."""
    theirs = edited(NEW, ("y: Y", "y: Z"))
    merged = merge_lines(NEW, OLD, theirs)
    assert merged.text == theirs
    assert merged.conflicts == (Chunk(("    y: Y\n",), (), ("    y: Z\n",)),)


def test_a_long_line_is_broken() -> None:
    """As it would be in new code; a line of the user's stays as it is."""
    names = ", ".join(f'"{letter * 20}"' for letter in "abcd")
    old, new = 'F = f("a")\n', f'F = f("a", {names[:-30]}")\n'
    theirs = f'{"l" * 110} = 1\nF = f(g("a"), {names[-22:]})\n'
    merged = merge_lines(old, new, theirs)
    assert merged.conflicts == ()
    assert [line for line in merged.text.split("\n") if len(line) > 100] == [f"{'l' * 110} = 1"]


def test_the_lines_of_two_users_of_a_blank_line_stay_apart() -> None:
    """An empty line alone says nothing of where a line belongs."""
    merged = merge_lines("\na\n\n", "\na\nb\n\n", "\n\nc\n\n\na\n")
    assert merged.text == "\n\nc\n\n\na\nb\n"
