"""Place tables in columns: each to the right of the tables that it refers to.

Source: K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of Hierarchical System
Structures"; the order within a column is that of the barycentres.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qapla.web.status.schema.graph import Box, Reference

# In pixels, as is everything here. A letter of the monospaced font at 12 pixels is 7.2 wide.
_LETTER = 7.25
HEADER, LINE, PADDING = 30.0, 21.0, 12.0
_KEY, _GAP_IN_LINE = 20.0, 18.0
_GAP_X, _GAP_Y = 84.0, 26.0
# The height at which a column is broken, and the width at which a row of lonely tables is.
_TALLEST, _WIDEST = 900.0, 1060.0


@dataclass
class Placed:
    """A table with its place."""

    box: Box
    x: float = 0.0
    y: float = 0.0

    @property
    def width(self) -> float:
        """The width of its longest line."""
        lines = (len(field.name) + len(field.type) for field in self.box.fields)
        longest = max(lines, default=0) * _LETTER + _KEY + _GAP_IN_LINE
        return round(max(longest, len(self.box.name) * _LETTER * 1.1, 120) + 2 * PADDING, 1)

    @property
    def height(self) -> float:
        """The height of its name and its lines."""
        return HEADER + LINE * (len(self.box.fields) + bool(self.box.hidden)) + PADDING / 2

    def middle_of(self, column: str) -> float:
        """Return the height of the middle of a column's line."""
        return self.y + HEADER + LINE * (self.box.line_of(column) + 0.5)


def place(boxes: Sequence[Box], references: Sequence[Reference]) -> list[Placed]:
    """Return the tables with their places, those without a reference below the others."""
    placed = {box.name: Placed(box) for box in boxes}
    parents = _parents(boxes, references)
    linked = {name for name, above in parents.items() if above} | {
        parent for above in parents.values() for parent in above
    }
    columns = list(_columns([name for name in parents if name in linked], parents))
    _order(columns, parents)
    bottom = _stack([[placed[name] for name in column] for column in columns])
    _wrap([placed[name] for name in parents if name not in linked], bottom)
    return list(placed.values())


def _parents(boxes: Sequence[Box], references: Sequence[Reference]) -> dict[str, set[str]]:
    parents: dict[str, set[str]] = {box.name: set() for box in boxes}
    for reference in references:
        if reference.table != reference.target:
            parents[reference.table].add(reference.target)
    return parents


def _columns(names: Sequence[str], parents: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Yield the columns from the left: the tables that refer to none, those that refer to them, …"""
    left, done = list(names), set[str]()
    while left:
        ready = [name for name in left if parents[name] <= done]
        # A circle is opened at the table with the fewest references that are not placed yet.
        ready = ready or [min(left, key=lambda name: len(parents[name] - done))]
        yield ready
        done.update(ready)
        left = [name for name in left if name not in done]


def _order(columns: list[list[str]], parents: Mapping[str, set[str]]) -> None:
    """Sort each column by the places of the neighbours, from the left and back."""
    children: dict[str, set[str]] = {name: set() for name in parents}
    for name, above in parents.items():
        for parent in above:
            children[parent].add(name)
    for neighbours, order in ((parents, 1), (children, -1), (parents, 1)):
        for column in columns[::order]:
            at = {name: place for each in columns for place, name in enumerate(each)}
            column.sort(key=lambda name: _mean([at[it] for it in neighbours[name]], at[name]))


def _mean(places: Sequence[int], otherwise: int) -> float:
    return sum(places) / len(places) if places else float(otherwise)


def _stack(columns: list[list[Placed]]) -> float:
    """Place tables in columns, the middle of each at one height; return the end of the lowest."""
    broken = [part for column in columns for part in _broken(column)]
    heights = [sum(each.height + _GAP_Y for each in column) - _GAP_Y for column in broken]
    tallest = max(heights, default=-_GAP_Y)
    x = 0.0
    for column, height in zip(broken, heights, strict=True):
        y = (tallest - height) / 2
        for each in column:
            each.x, each.y = round(x, 1), round(y, 1)
            y += each.height + _GAP_Y
        x += max(each.width for each in column) + _GAP_X
    return tallest + _GAP_Y


def _broken(column: list[Placed]) -> Iterator[list[Placed]]:
    part: list[Placed] = []
    height = 0.0
    for each in column:
        if part and height + each.height > _TALLEST:
            yield part
            part, height = [], 0.0
        part.append(each)
        height += each.height + _GAP_Y
    yield part


def _wrap(lonely: list[Placed], top: float) -> None:
    """Place tables in rows."""
    x, y, lowest = 0.0, top, 0.0
    for each in lonely:
        if x and x + each.width > _WIDEST:
            x, y, lowest = 0.0, y + lowest + _GAP_Y, 0.0
        each.x, each.y = round(x, 1), round(y, 1)
        x += each.width + _GAP_Y
        lowest = max(lowest, each.height)
