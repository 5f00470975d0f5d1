"""Lay out rendered code as Ruff's formatter would, whatever the length of the names in it.

Blueprints are written for short names. A line that longer names make too long is broken here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 100
_INDENT = "    "
# Strings and comments. With many models `tokenize` would take half of the time of a generation.
STRINGS = re.compile(r'"""(?s:.*?)"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#.*')
_OPERATOR = re.compile(r"[()\[\]{},]")


def lay_out(code: str) -> str:
    """Return a module with its long lines broken."""
    lines = code.removesuffix("\n").split("\n")
    if max(map(len, lines), default=0) > WIDTH:
        inside = _inside_strings(code)
        lines = [
            part
            for row, line in enumerate(lines)
            for part in ([line] if row in inside else break_line(line))
        ]
    return "".join(f"{line}\n" for line in lines)


def _inside_strings(code: str) -> set[int]:
    """Return the rows of strings that have several, counted from 0."""
    return {
        row
        for found in STRINGS.finditer(code)
        if "\n" in found[0]
        for row in range(code.count("\n", 0, found.start()), code.count("\n", 0, found.end()) + 1)
    }


@dataclass(frozen=True)
class _Brackets:
    """A pair of brackets in a line: its columns, and those of the commas between its items."""

    start: int
    end: int
    commas: tuple[int, ...]

    def items(self, line: str) -> list[str]:
        """Return the source text of the items."""
        ends = [*self.commas, self.end]
        starts = [self.start, *self.commas]
        return [line[a + 1 : b].strip() for a, b in zip(starts, ends, strict=True)]


def break_line(line: str) -> Iterator[str]:
    """Yield a line, or the lines into which it is broken: at its brackets, then at each item."""
    if len(line) <= WIDTH:
        yield line
        return
    if line.startswith("from ") and not line.endswith("("):
        module, names = line.split(" import ")
        yield f"{module} import ("
        yield from (f"{_INDENT}{name}," for name in names.split(", "))
        yield ")"
        return
    found = list(_brackets(line))
    if not found:
        yield line
        return
    is_function = line.lstrip().startswith("def ")
    # The parameters of a function; otherwise the arguments of the last call.
    brackets = found[0] if is_function else found[-1]
    indent = line[: len(line) - len(line.lstrip())]
    items = brackets.items(line)
    together = f"{indent}{_INDENT}{', '.join(items)}"
    is_display = _is_display(line, brackets.start)
    yield line[: brackets.start + 1]
    # A single parameter has a comma in any case.
    if len(together) <= WIDTH and not is_display and not (is_function and len(items) == 1):
        yield together
    else:
        for item in items:
            yield from break_line(f"{indent}{_INDENT}{item},")
    yield f"{indent}{line[brackets.end :]}"


def _is_display(line: str, column: int) -> bool:
    """Whether a bracket opens a list, a set or a dict, of which each item has a line of its own."""
    if line[column] != "[":
        return line[column] == "{"
    before = line[:column].rstrip()
    is_subscript = before[-1:].isalnum() or before[-1:] in "_])"
    return not is_subscript or before.endswith("return")


def _brackets(line: str) -> Iterator[_Brackets]:
    """Yield the outermost pairs of brackets that hold something, from left to right."""
    depth = start = 0
    commas: list[int] = []
    code = STRINGS.sub(lambda found: " " * len(found[0]), line)
    for operator in _OPERATOR.finditer(code):
        column = operator.start()
        if operator[0] in "([{":
            depth += 1
            if depth == 1:
                start, commas = column, []
        elif operator[0] in ")]}":
            depth -= 1
            if depth == 0 and column > start + 1:
                yield _Brackets(start, column, tuple(commas))
        elif depth == 1:
            commas.append(column)
