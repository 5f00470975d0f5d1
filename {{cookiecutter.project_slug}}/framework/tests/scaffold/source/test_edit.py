"""Insertions into files that the user may have changed."""

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.source import edit

PATH = "databases/__init__.py"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X: list[A] = []\n", 'X: list[A] = [\n    A("b"),\n]\n'),
        ("X = [A('a')]\n", "X = [A('a'), A(\"b\")]\n"),
        ("X = [A('a'),]; y = 1\n", "X = [\n    A('a'),\n    A(\"b\"),\n]; y = 1\n"),
        (f"X = [{'A' * 90}]\n", f'X = [\n    {"A" * 90},\n    A("b"),\n]\n'),
        ("X = [A(1),\n     (A(2))]\n", 'X = [A(1),\n     (A(2)),\n     A("b")]\n'),
        ("X = [A(1),\n     A(2),]\n", 'X = [A(1),\n     A(2),\n     A("b"),]\n'),
        ("X = [\n\t(A(1))\n\t]\n", 'X = [\n\t(A(1)),\n\tA("b"),\n\t]\n'),
        ("X = [\n    A(f'{1, 2}'),\n]\n", "X = [\n    A(f'{1, 2}'),\n    A(\"b\"),\n]\n"),
        (
            "X = [\n    A('a'),  # first\n]\nY = 1\n",
            "X = [\n    A('a'),  # first\n    A(\"b\"),\n]\nY = 1\n",
        ),
        (
            "X = [\n    A('ä')  # no comma\n]\n",
            "X = [\n    A('ä'),  # no comma\n    A(\"b\"),\n]\n",
        ),
        ("X = [\n    # none yet\n]", 'X = [\n    # none yet\n    A("b"),\n]'),
    ],
)
def test_an_item_goes_to_the_end_of_a_list(before: str, after: str) -> None:
    """The items before it stay as they are, in their layout, with their comments."""
    assert edit.append_to_list(before, "X", 'A("b")', PATH) == after


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Y = []", f"{PATH} assigns no list to X: write X = [...]"),
        ("X = ()", f"{PATH} assigns no list to X: write X = [...]"),
        ("X = [", f"{PATH} is not valid Python (line 1): mend it"),
    ],
)
def test_a_list_that_is_not_there_is_an_error(source: str, line: str) -> None:
    """The error names the file, and the line to write."""
    with pytest.raises(ScaffoldError) as caught:
        edit.append_to_list(source, "X", "1", PATH)
    assert str(caught.value) == line


ENTRY = '"new": {{\n{0}    "a": 1,\n{0}}},\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X = {}\n", "X = {\n    " + ENTRY.format("    ") + "}\n"),
        (
            "X = {'ä': 1, **y}\n",
            "X = {\n    'ä': 1,\n    **y,\n    " + ENTRY.format("    ") + "}\n",
        ),
        (
            "X = {\n    'a': 1  # one\n}\n",
            "X = {\n    'a': 1,  # one\n    " + ENTRY.format("    ") + "}\n",
        ),
    ],
)
def test_an_item_goes_to_the_end_of_a_dict(before: str, after: str) -> None:
    """It is a dict itself."""
    assert edit.append_to_dict(before, "X", [], "new", {"a": "1"}, PATH) == after


def test_an_inner_dict_is_found_by_its_keys() -> None:
    """The new item is indented like it."""
    before = 'X = {\n    "a": {\n        "b": {},\n    },\n}\n'
    after = before.replace("{},", "{\n            " + ENTRY.format(" " * 12) + " " * 8 + "},")
    assert edit.append_to_dict(before, "X", ["a", "b"], "new", {"a": "1"}, PATH) == after


@pytest.mark.parametrize("source", ["X = {}", 'X = {"a": 1}', "Y = {}", 'X = {"a": {"b": B}}'])
def test_a_missing_dict_is_an_error(source: str) -> None:
    """The error has the line to type."""
    with pytest.raises(ScaffoldError) as caught:
        edit.append_to_dict(source, "X", ["a", "b"], "new", {"task": '"t"'}, PATH)
    assert str(caught.value) == (
        f'{PATH} has no dict X["a"]["b"]: write one, or add "new": {{"task": "t"}} by hand'
    )


def test_an_item_that_was_typed_by_hand_is_there() -> None:
    """The command goes on when its user has done as the error says, wherever that is."""
    typed = 'COMMON = {"new": {"task": "t"}}\nX = {"a": COMMON}\n'
    assert edit.append_to_dict(typed, "X", ["a"], "new", {"task": '"t"'}, PATH) == typed
    same = 'X = {"new": {"task": "t"}}\n'
    assert edit.append_to_dict(same, "X", [], "new", {"task": '"t"'}, PATH) == same


def test_an_existing_key_is_an_error() -> None:
    """Nothing of the user's is overwritten."""
    with pytest.raises(ScaffoldError) as caught:
        edit.append_to_dict('X = {"a": {"b": 1}}', "X", ["a"], "b", {}, PATH)
    assert str(caught.value) == f'{PATH} already has "b" in "a": rename it'


def test_the_other_items_of_a_dict_may_be_unpacked() -> None:
    """A dict may build on another one."""
    before = "X = {\n    **COMMON,  # ours\n}\n"
    after = before.replace("}", '    "n": {\n        "a": 1,\n    },\n}')
    assert edit.append_to_dict(before, "X", [], "n", {"a": "1"}, PATH) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "class X:\n    a: A\n\n    def f(self): ...\n",
            "class X:\n    a: A\n    b: B\n\n    def f(self): ...\n",
        ),
        ('class X:\n    """Doc."""\n', 'class X:\n    """Doc."""\n    b: B\n'),
        ('class X:\n    """Doc."""', 'class X:\n    """Doc."""\n    b: B\n'),
        ("class X:\n    b: C\n", "class X:\n    b: C\n"),
        (
            "class X:\n\t@p\n\tdef f(self): ...\n",
            "class X:\n\tb: B\n\t@p\n\tdef f(self): ...\n",
        ),
    ],
)
def test_a_class_is_annotated_once(before: str, after: str) -> None:
    """The annotation follows the others; one that is there stays."""
    assert edit.annotate_class(before, "X", "b", "B", PATH) == after


def test_a_body_on_one_line_is_an_error() -> None:
    """It would have to be written anew."""
    with pytest.raises(ScaffoldError) as caught:
        edit.annotate_class("class X(Y): pass\n", "X", "b", "B", PATH)
    assert str(caught.value) == (
        f"{PATH} has the body of X on one line: write it on lines of its own, to which the scaffold "
        "adds b: B"
    )


def test_a_missing_class_is_an_error() -> None:
    """The error shows the annotation, to be added by hand."""
    with pytest.raises(ScaffoldError) as caught:
        edit.annotate_class("", "X", "b", "B", PATH)
    assert str(caught.value) == (
        f"{PATH} has no class X: write one, to which the scaffold adds b: B"
    )


def test_statements_go_to_the_end_of_a_function() -> None:
    """They follow its last statement, before whatever comes after it."""
    source = 'def f():\n    """Doc."""\n    a(\n        1\n    )\n\n\ndef g():\n    pass\n'
    expected = source.replace("    )\n", "    )\n    b()\n    c()\n")
    assert edit.append_to_function(source, "f", ["b()", "c()"], PATH) == expected
    assert edit.append_to_function("def f():\n  a", "f", ["b()"], PATH) == "def f():\n  a\n  b()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n\ta\n\treturn a\n", "def f():\n\ta\n\tb()\n\treturn a\n"),
        ("def f():\n    if a:\n        c()\n", "def f():\n    if a:\n        c()\n    b()\n"),
        ("def f():\n    a; c\n    # End.\n", "def f():\n    a; c\n    b()\n    # End.\n"),
        ("def f():\n    b()\n    a\n", "def f():\n    b()\n    a\n"),
        ("x = '\f\u2028'\ndef f():\n    a\n", "x = '\f\u2028'\ndef f():\n    a\n    b()\n"),
    ],
)
def test_a_statement_is_reached(before: str, after: str) -> None:
    """It stands before the return, after a block, and only once."""
    assert edit.append_to_function(before, "f", ["b()"], PATH) == after


def test_a_function_that_is_not_there_is_an_error() -> None:
    """The error shows the statements, to be added by hand."""
    with pytest.raises(ScaffoldError) as caught:
        edit.append_to_function("", "f", ["b()"], PATH)
    assert (
        str(caught.value) == f"{PATH} has no function f: write one, to which the scaffold adds b()"
    )


def test_a_section_goes_to_the_end_of_an_ini_file() -> None:
    """An empty line sets it apart; an empty file begins with it."""
    assert edit.append_section("[a]\nx = 1\n", "b", ["y = 2"], PATH) == "[a]\nx = 1\n\n[b]\ny = 2\n"
    assert edit.append_section("", "b", ["y = 2"], PATH) == "[b]\ny = 2\n"


def test_the_text_before_a_section_stays() -> None:
    """Comments, empty lines and a line without an end."""
    assert edit.append_section("# c\n\n\n", "b", ["y = 2"], PATH) == "# c\n\n\n\n[b]\ny = 2\n"
    assert edit.append_section("[a]", "b", ["y = 2"], PATH) == "[a]\n\n[b]\ny = 2\n"


def test_a_section_that_is_there_is_an_error() -> None:
    """Nothing of the user's is written over; the same lines are there already."""
    with pytest.raises(ScaffoldError) as caught:
        edit.append_section("[b]\n", "b", ["y = 2"], PATH)
    assert str(caught.value) == f"{PATH} already has a section [b]: remove or rename it"
    assert edit.append_section("[b]\ny=2\n", "b", ["y = 2"], PATH) == "[b]\ny=2\n"


def test_a_broken_ini_file_is_an_error() -> None:
    """The error is one line."""
    with pytest.raises(ScaffoldError) as caught:
        edit.append_section("x\n", "b", [], PATH)
    assert str(caught.value) == (
        f"{PATH} cannot be read (File contains no section headers. file: '{PATH}', line: 1 'x\\n'): "
        "mend it"
    )
