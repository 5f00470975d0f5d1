"""The diagram of a schema: places of tables and curves of references, which the template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table

from qapla.web.status.schema.graph import Reference, boxes, references
from qapla.web.status.schema.layout import HEADER, LINE, PADDING, Placed, place

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
    placed = place(boxes(tables), found)
    by_name = {each.box.name: each for each in placed}
    curves = [_curve(it, by_name[it.table], by_name[it.target]) for it in found]
    loops = any(it.table == it.target for it in found)
    width = max((each.x + each.width for each in placed), default=0) + (_LOOP if loops else 0)
    height = max((each.y + each.height for each in placed), default=0)
    return Diagram(placed, curves, round(width + 2 * _MARGIN), round(height + 2 * _MARGIN))


def _curve(reference: Reference, table: Placed, target: Placed) -> Curve:
    y1, y2 = table.middle_of(reference.column), target.middle_of(reference.target_column)
    if target.x + target.width < table.x:
        x1, x2, out, back = table.x, target.x + target.width, -1, 1
    elif table.x + table.width < target.x:
        x1, x2, out, back = table.x + table.width, target.x, 1, -1
    else:
        # In the same column, or itself: out and back on the right.
        x1, x2, out, back = table.x + table.width, target.x + target.width, 1, 1
    bend = _LOOP if out == back else max(abs(x2 - x1) / 2, _LOOP)
    start = x1 + out * _FOOT
    path = f"M{start:g} {y1:g}C{x1 + out * bend:g} {y1:g} {x2 + back * bend:g} {y2:g} {x2:g} {y2:g}"
    half = _FOOT / 2
    foot = (
        f"M{start:g} {y1:g}L{x1:g} {y1 - half:g}M{start:g} {y1:g}L{x1:g} {y1:g}"
        f"M{start:g} {y1:g}L{x1:g} {y1 + half:g}"
    )
    return Curve(str(reference), path, foot, x2, y2, reference.nullable)
