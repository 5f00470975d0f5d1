"""Place tables in columns: each to the right of the tables that it refers to.

Source: K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of Hierarchical System
Structures": a reference over several columns has a place in each of them, and the order within a column
is that of the barycentres.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qapla.web.status.schema.graph import Box, Reference

# In pixels, as is everything here. A letter of the monospaced font at 12 pixels is 7.2 wide.
_LETTER = 7.25
HEADER, LINE, PADDING = 30.0, 21.0, 12.0
_KEY, _GAP_IN_LINE, _NARROWEST = 20.0, 18.0, 120.0
_GAP_X, _GAP_Y = 84.0, 26.0
# The height at which a column is broken, and the width at which a row of lonely tables is.
_TALLEST, _WIDEST = 900.0, 1060.0


@dataclass
class Area:
    """A place in a column: of a table, or of a reference that passes by."""

    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0


@dataclass(kw_only=True)
class Placed(Area):
    """A table with its place."""

    box: Box

    def middle_of(self, column: str) -> float:
        """Return the height of the middle of a column's line."""
        return self.y + HEADER + LINE * (self.box.line_of(column) + 0.5)


@dataclass(frozen=True)
class Layout:
    """The places of tables, and those that a reference passes, from the left.

    Args:
        tables: The tables by their full names.
        passed: The places between two tables, by the names of the one that refers and the other one.
    """

    tables: dict[str, Placed]
    passed: dict[tuple[str, str], list[Area]]


def place(boxes: Sequence[Box], references: Sequence[Reference]) -> Layout:
    """Return the places of tables, those without a reference to another one below the others."""
    tables = {box.name: _placed(box) for box in boxes}
    parents: dict[str, set[str]] = {name: set() for name in tables}
    for reference in references:
        if reference.table != reference.target:
            parents[reference.table].add(reference.target)
    linked = {name for name, above in parents.items() if above}.union(*parents.values())
    columns = list(_columns([name for name in parents if name in linked], parents))
    areas: dict[str, Area] = dict(tables)
    passed = _pass(columns, parents, areas)
    _order(columns, parents)
    bottom = _stack([[areas[name] for name in column] for column in columns])
    _wrap([table for name, table in tables.items() if name not in linked], bottom)
    return Layout(tables, passed)


def _placed(box: Box) -> Placed:
    """Return a table of the size of its lines."""
    lines = (len(field.name) + len(field.type) for field in box.fields)
    longest = max(lines, default=0) * _LETTER + _KEY + _GAP_IN_LINE
    width = max(longest, len(box.name) * _LETTER * 1.1, _NARROWEST) + 2 * PADDING
    height = HEADER + LINE * (len(box.fields) + bool(box.hidden)) + PADDING / 2
    return Placed(round(width, 1), height, box=box)


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


def _pass(
    columns: list[list[str]], parents: dict[str, set[str]], areas: dict[str, Area]
) -> dict[tuple[str, str], list[Area]]:
    """Add a place to each column that a reference passes; return those of each reference."""
    at = {name: number for number, column in enumerate(columns) for name in column}
    passed: dict[tuple[str, str], list[Area]] = {}
    for table in at:
        for target in sorted(parents[table]):
            above = target
            for number in range(at[target] + 1, at[table]):
                name = f"{target} {table} {number}"
                areas[name] = Area(height=LINE)
                passed.setdefault((table, target), []).append(areas[name])
                columns[number].append(name)
                parents[name] = {above}
                above = name
            parents[table] = parents[table] - {target} | {above}
    return passed


def _order(columns: list[list[str]], parents: Mapping[str, set[str]]) -> None:
    """Sort each column by the places of the neighbours, from the left and back."""
    children: dict[str, set[str]] = {name: set() for name in parents}
    for name, above in parents.items():
        for parent in above:
            children[parent].add(name)
    for neighbours, order in ((parents, 1), (children, -1), (parents, 1)):
        for column in columns[::order]:
            at = {name: number for each in columns for number, name in enumerate(each)}
            column.sort(key=lambda name: _mean([at[it] for it in neighbours[name]], at[name]))


def _mean(places: Sequence[int], otherwise: int) -> float:
    return sum(places) / len(places) if places else float(otherwise)


def _stack(columns: list[list[Area]]) -> float:
    """Place areas in columns, the middle of each at one height; return the end of the lowest."""
    broken = [part for column in columns for part in _broken(column)]
    heights = [sum(each.height + _GAP_Y for each in column) - _GAP_Y for column in broken]
    tallest = max(heights, default=-_GAP_Y)
    x = 0.0
    for column, height in zip(broken, heights, strict=True):
        y = (tallest - height) / 2
        width = max(each.width for each in column)
        for each in column:
            # A reference passes the whole column.
            each.width = each.width or width
            each.x, each.y = round(x, 1), round(y, 1)
            y += each.height + _GAP_Y
        x += width + _GAP_X
    return tallest + _GAP_Y


def _broken(column: list[Area]) -> Iterator[list[Area]]:
    """Yield the parts of a column that is too tall."""
    part: list[Area] = []
    height = 0.0
    for each in column:
        if part and height + each.height > _TALLEST:
            yield part
            part, height = [], 0.0
        part.append(each)
        height += each.height + _GAP_Y
    yield part


def _wrap(lonely: Sequence[Area], top: float) -> None:
    """Place areas in rows."""
    x, y, lowest = 0.0, top, 0.0
    for each in lonely:
        if x and x + each.width > _WIDEST:
            x, y, lowest = 0.0, y + lowest + _GAP_Y, 0.0
        each.x, each.y = round(x, 1), round(y, 1)
        x += each.width + _GAP_Y
        lowest = max(lowest, each.height)
