"""Code of any length, laid out as the formatter would."""

import pytest

from qapla.scaffold.layout.breaking import lay_out

A, B = "a" * 45, "b" * 45


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"x = f().{A}({B}, {A})\n", f"x = f().{A}(\n    {B}, {A}\n)\n"),
        (f"    function([{A}], {A[3:]}),\n", f"    function(\n        [{A}], {A[3:]}\n    ),\n"),
        (f"f({A}, [{B}], '{A}')\n", f"f(\n    {A},\n    [{B}],\n    '{A}',\n)\n"),
        (f"def f({A}, {B}) -> list[int]: ...\n", f"def f(\n    {A}, {B}\n) -> list[int]: ...\n"),
        (f"def f({A}) -> dict[{B}]: ...\n", f"def f(\n    {A},\n) -> dict[{B}]: ...\n"),
        (f"f({A}, '(\\'', {B[4:]})  # )\n", f"f(\n    {A}, '(\\'', {B[4:]}\n)  # )\n"),
        (f"return {{{A}: 1, {B}: 2}}\n", f"return {{\n    {A}: 1,\n    {B}: 2,\n}}\n"),
        (f"from a import {A}, {B}\n", f"from a import (\n    {A},\n    {B},\n)\n"),
    ],
)
def test_a_long_line_is_broken(code: str, expected: str) -> None:
    """The parameters of a function, or the last arguments, get lines of their own."""
    assert lay_out(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "f(1, 2)\n",
        f"x = f'{{f({A}), f({B})}}'\n",
        f'"""One.\n\nf({A}, {B}).\n"""\n',
        f'x = "\\"("  # """\n"""One.\nf({A}, {B}, {A}).\n"""\n',
        f"# f({A}, {B}, {A})\n",
        f"{A} = {B}{A}()\n",
    ],
)
def test_other_lines_stay(code: str) -> None:
    """Short lines, strings, comments, and a line that has nothing to break."""
    assert lay_out(code) == code
