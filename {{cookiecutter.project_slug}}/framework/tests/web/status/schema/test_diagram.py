"""The places of tables and the curves of references, for schemas of every shape."""

import random
import re
from itertools import combinations

import pytest
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from qapla.web.status.schema.diagram import Diagram, diagram_of
from qapla.web.status.schema.graph import boxes, references
from qapla.web.status.schema.layout import Area, place


def schema(**parents: str) -> list[Table]:
    """Return tables by their names, each with the names of the tables that it refers to."""
    metadata = MetaData()
    for name, names in parents.items():
        table = Table(name, metadata, Column("id", Integer, primary_key=True))
        for parent in names.split():
            table.append_column(Column(f"{parent}_id", ForeignKey(f"{parent}.id"), nullable=True))
    return list(metadata.tables.values())


def lefts(diagram: Diagram) -> dict[str, float]:
    """Return the left edge of each table."""
    return {each.box.name: each.x for each in diagram.tables}


def overlap(one: Area, other: Area) -> bool:
    """Whether two areas have a point in common."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def test_a_table_is_on_the_right_of_those_it_refers_to() -> None:
    """A table without references is below the others."""
    diagram = diagram_of(schema(captains="", ships="captains", crews="ships captains", logs=""))
    found = lefts(diagram)
    assert found["captains"] < found["ships"] < found["crews"]
    by_name = {each.box.name: each for each in diagram.tables}
    assert by_name["logs"].y > max(by_name[name].y for name in ("captains", "ships", "crews"))


def test_references_in_words() -> None:
    """Each has its columns, and those that may be empty are dashed."""
    [curve] = diagram_of(schema(captains="", ships="captains")).curves
    assert curve.text == "ships.captains_id refers to captains.id"
    assert curve.optional


@pytest.mark.parametrize(
    "parents",
    [
        {"chiefs": "chiefs"},
        {"a": "b", "b": "a"},
        {"a": "b c", "b": "c", "c": "a", "d": "a d"},
    ],
)
def test_circles(parents: dict[str, str]) -> None:
    """They are opened somewhere, and each reference has its curve."""
    diagram = diagram_of(schema(**parents))
    assert len(diagram.curves) == sum(len(names.split()) for names in parents.values())
    assert all(0 <= curve.x <= diagram.width for curve in diagram.curves)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_overlaps(seed: int) -> None:
    """Neither tables nor references that pass them, however many there are."""
    numbers = random.Random(seed)
    names = [f"table_{number}" for number in range(25)]
    parents = {
        name: " ".join(numbers.sample(names, numbers.choice((0, 1, 1, 2, 4)))) for name in names
    }
    tables = schema(**parents)
    layout = place(boxes(tables), list(references(tables)))
    passing = [area for areas in layout.passed.values() for area in areas]
    for one, other in combinations([*layout.tables.values(), *passing], 2):
        assert not overlap(one, other), (one, other)
    diagram = diagram_of(tables)
    numbers_in = [float(it) for curve in diagram.curves for it in re.findall(r"[\d.]+", curve.path)]
    assert max(numbers_in) < max(diagram.width, diagram.height) + 100


def test_a_long_table_is_cut() -> None:
    """Its keys are shown in any case, and the number of the other columns."""
    metadata = MetaData()
    Table("captains", metadata, Column("id", Integer, primary_key=True))
    plain = [Column(f"c{number}", String(10)) for number in range(30)]
    ships = Table("ships", metadata, *plain, Column("captain_id", ForeignKey("captains.id")))
    [box] = boxes([ships])
    assert (len(box.fields), box.hidden) == (14, 17)
    assert box.fields[-1].name == "captain_id"
    assert box.line_of("c29") == 14


def test_odd_schemas() -> None:
    """A table that is not there, a schema of its own, several columns, and a type of one engine."""
    metadata = MetaData()
    Table("ports", metadata, Column("x", Integer), Column("y", Integer), schema="space")
    ships = Table(
        "ships",
        metadata,
        Column("data", JSONB),
        Column("gone_id", ForeignKey("gone.id")),
        Column("x", Integer, nullable=False),
        Column("y", Integer, nullable=False),
        ForeignKeyConstraint(["x", "y"], ["space.ports.x", "space.ports.y"]),
    )
    diagram = diagram_of(list(metadata.tables.values()))
    assert [curve.text for curve in diagram.curves] == ["ships.x refers to space.ports.x"]
    assert boxes([ships])[0].fields[0].type == "JSONB"


def test_a_schema_without_tables() -> None:
    """It is empty."""
    assert diagram_of([]).tables == []
