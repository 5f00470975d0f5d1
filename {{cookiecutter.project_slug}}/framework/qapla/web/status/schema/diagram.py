"""The diagram of a schema: places of tables and curves of references, which the template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table

from qapla.web.status.schema.graph import Reference, boxes, references
from qapla.web.status.schema.layout import HEADER, LINE, PADDING, Area, Placed, place

# The size of a crow's foot, and of the loop of a table that refers to itself.
_FOOT, _LOOP = 9.0, 34.0
_MARGIN = 14.0


@dataclass(frozen=True)
class Curve:
    """A reference as a path of SVG: the curve, and the crow's foot at the table that refers.

    Args:
        text: The reference in words.
        path: The curve.
        foot: The crow's foot.
        x: The place of its end, at the table that is referred to.
        y: The height of that end.
        optional: Whether a row may refer to none.
    """

    text: str
    path: str
    foot: str
    x: float
    y: float
    optional: bool


@dataclass(frozen=True)
class Diagram:
    """Tables and curves, and the size of all of them together, in pixels."""

    tables: Sequence[Placed]
    curves: Sequence[Curve]
    width: float
    height: float
    header: float = HEADER
    line: float = LINE
    padding: float = PADDING
    margin: float = _MARGIN


def diagram_of(tables: Sequence[Table]) -> Diagram:
    """Return the diagram of tables."""
    found = list(references(tables))
    layout = place(boxes(tables), found)
    placed = layout.tables
    curves = [
        _curve(
            it, placed[it.table], placed[it.target], layout.passed.get((it.table, it.target), ())
        )
        for it in found
    ]
    loop = _LOOP if any(it.table == it.target for it in found) else 0
    width = max((each.x + each.width for each in placed.values()), default=0) + loop
    height = max((each.y + each.height for each in placed.values()), default=0)
    size = round(width + 2 * _MARGIN), round(height + 2 * _MARGIN)
    return Diagram(list(placed.values()), curves, *size)


def _curve(reference: Reference, table: Placed, target: Placed, passed: Sequence[Area]) -> Curve:
    """Return the curve from the table that refers, past the tables between, to the other one."""
    y1, y2 = table.middle_of(reference.column), target.middle_of(reference.target_column)
    if target.x + target.width < table.x:
        x1, x2, out, back = table.x, target.x + target.width, -1, 1
    elif table.x + table.width < target.x:
        x1, x2, out, back = table.x + table.width, target.x, 1, -1
    else:
        # In the same column, or itself: out and back on the right.
        x1, x2, out, back = table.x + table.width, target.x + target.width, 1, 1
    start = x, y = x1 + out * _FOOT, y1
    path = f"M{x:g} {y:g}"
    for area in reversed(passed):
        middle = area.y + area.height / 2
        path += _bend((x, y), (area.x + area.width, middle), out, back) + f"H{area.x:g}"
        x, y = area.x, middle
    path += _bend((x, y), (x2, y2), out, back)
    half = _FOOT / 2
    foot = "".join(f"M{start[0]:g} {y1:g}L{x1:g} {y1 + by:g}" for by in (-half, 0, half))
    return Curve(str(reference), path, foot, x2, y2, reference.nullable)


def _bend(start: tuple[float, float], end: tuple[float, float], out: int, back: int) -> str:
    """Return the part of a path between two points, which leaves and arrives horizontally."""
    (x1, y1), (x2, y2) = start, end
    bend = _LOOP if out == back else max(abs(x2 - x1) / 2, _LOOP)
    return f"C{x1 + out * bend:g} {y1:g} {x2 + back * bend:g} {y2:g} {x2:g} {y2:g}"
