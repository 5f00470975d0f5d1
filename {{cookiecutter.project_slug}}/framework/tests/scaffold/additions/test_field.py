"""Fields that are added to a model."""

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.project import Project

from support.stamping import write


@pytest.mark.parametrize(
    ("field", "rule", "proposal"),
    [
        ("name:int", "main.Ship has 'name' already", "other_name:int?"),
        ("name:int?", "main.Ship has 'name' already", "other_name:int?"),
        ("captain:Officer", "main has no model Officer, only Ship", "captain_id:bigint?"),
        ("hull:str(80)", "the rows that are there would have no value", "hull:str(80)?"),
    ],
)
def test_a_refused_field(kept: Project, field: str, rule: str, proposal: str) -> None:
    """The proposal is accepted, although the table has rows."""
    with pytest.raises(Refused) as caught:
        write(kept, add_fields, kept.model("Ship"), [parse_field(field)])
    assert str(caught.value) == f"the field {field!r} is refused: {rule}; try {proposal!r}"
    assert write(kept, add_fields, kept.model("Ship"), [parse_field(proposal)])
