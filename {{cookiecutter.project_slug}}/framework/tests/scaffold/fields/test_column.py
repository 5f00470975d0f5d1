"""Fields in the source of a model, of a revision and of a schema."""

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.fields.column import Column
from qapla.scaffold.fields.parse import parse_models
from qapla.scaffold.fields.spec import parse_spec


def column(field: str) -> Column:
    """Return the column of a field of the model Ship."""
    text = f"Ship({field}), Officer"
    return next(
        spec for spec in parse_models(text, ["main"], "x") if spec.name.name == "Ship"
    ).columns[0]


@pytest.mark.parametrize(
    ("field", "annotation", "mapped", "revision", "schema"),
    [
        ("name:str(80)", "str", "String(80)", "sa.String(80), nullable=False", "str = Field(min_length=1, max_length=80)"),
        ("crew:int=0", "int", 'server_default="0"', 'sa.Integer(), server_default="0", nullable=False', "Int32 = 0"),
        ("mass:bigint?", "int | None", "BigInteger", "sa.BigInteger(), nullable=True", "Int64 | None = None"),
        ("price:decimal(10, 2)", "Decimal", "ExactDecimal(10, 2)", "ExactDecimal(10, 2), nullable=False", "Decimal = Field(max_digits=10, decimal_places=2)"),
        ("armed:bool=false", "bool", "server_default=false()", "sa.Boolean(), server_default=sa.false(), nullable=False", "bool = False"),
        ("papers:json?", "Any", "Json, nullable=True", "Json, nullable=True", "JsonValue | None = None"),
        ("code:uuid!", "UUID", "unique=True", "sa.Uuid(), nullable=False", "UUID"),
    ],
)  # fmt: skip
def test_a_field_in_each_module(
    field: str, annotation: str, mapped: str, revision: str, schema: str
) -> None:
    """The lines are those that a person would have written."""
    found = column(field)
    assert (found.annotation, found.mapped) == (annotation, mapped)
    assert (found.revision, found.schema) == (revision, schema)


@pytest.mark.parametrize(
    ("field", "action"),
    [("c:Officer", "RESTRICT"), ("c:Officer?", "SET NULL"), ("c:Officer(cascade)", "CASCADE")],
)
def test_a_reference_names_its_action(field: str, action: str) -> None:
    """It depends on the mark."""
    assert f'ondelete="{action}"' in column(field).mapped
    assert column(field).name == "c_id"


def test_a_model_is_typed_as_it_is_kept() -> None:
    """The text of a model is read as the same model."""
    text = "main.Octopus/octopodes(name:str(200), arms:int=8, parent:Octopus?)"
    assert str(parse_spec(text, ["main"], "x")) == text


@pytest.mark.parametrize(
    ("models", "line"),
    [
        (
            "main.Ship(captain:Officer), crew.Officer",
            "the field 'captain:Officer' is refused: crew.Officer is in another database, which no "
            "foreign key reaches: keep its id alone, or add main.Officer; try 'captain_id:bigint'",
        ),
        (
            "main.Ship(captain:Officer)",
            "the field 'captain:Officer' is refused: main has no model Officer, only Ship; "
            "try 'captain_id:bigint'",
        ),
    ],
)
def test_a_reference_stays_in_its_database(models: str, line: str) -> None:
    """The refusal has both ways out."""
    with pytest.raises(Refused) as caught:
        parse_models(models, ["main", "crew"], "x")
    assert str(caught.value) == line


def test_a_model_refers_to_itself_with_null() -> None:
    """No first row could be made otherwise, and no test of the resource."""
    assert parse_models("Officer(chief:Officer(cascade)?)", ["main"], "x")
    with pytest.raises(Refused) as caught:
        parse_models("Officer(chief:Officer(cascade)!)", ["main"], "x")
    assert str(caught.value) == (
        "the field 'chief:Officer(cascade)!' is refused: the first row would have none to refer to; "
        "try 'chief:Officer(cascade)?!'"
    )


@pytest.mark.parametrize("other", ["", "name:str, "])
def test_a_model_is_not_linked_to_itself(other: str) -> None:
    """The first refusal says so, with a proposal that is accepted: also where no other field is."""
    with pytest.raises(Refused) as caught:
        parse_models(f"Ship({other}ships:Ship(many))", ["main"], "x")
    assert str(caught.value) == (
        "the field 'ships:Ship(many)' is refused: many rows of the same model are linked by a model "
        "of their own; try 'ships:Ship?'"
    )
    assert parse_models(f"Ship({other}{caught.value.answer})", ["main"], "x")


@pytest.mark.parametrize(
    "models",
    [
        "Ship(captain:Officer), Officer(ship:Ship)",
        "Ship(ships:Ship(many))",
        "Ship(name:str, name:int)",
        "Ship(captain:Officer, captain_id:int), Officer",
        "Ship(tags:Tag(many)), Tag",
        "Ship()",
        "Ship(name:str",
    ],
)
def test_fields_that_do_not_go_together(models: str) -> None:
    """A circle, many of oneself, a name twice, no column, an open bracket: each is one line."""
    with pytest.raises(Refused) as caught:
        parse_models(models, ["main"], "x")
    assert "\n" not in str(caught.value)
    assert "; try '" in str(caught.value)
