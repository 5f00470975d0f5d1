"""The notation of fields."""

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.grammar import parse_field


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name:str", Field("name", "str", ("200",))),
        ("name:str(80)?", Field("name", "str", ("80",), nullable=True)),
        ("crew:int=0", Field("crew", "int", default="0")),
        ("hull:str!", Field("hull", "str", ("200",), unique=True)),
        ("hull:str:unique", Field("hull", "str", ("200",), unique=True)),
        ("nick:str?:index", Field("nick", "str", ("200",), nullable=True, indexed=True)),
        ("price:decimal(10, 2)", Field("price", "decimal", ("10", "2"))),
        ("price:decimal", Field("price", "decimal", ("12", "2"))),
        ("seen:datetime=now", Field("seen", "datetime", default="now")),
        (
            "state:enum(draft, sent)=draft",
            Field("state", "enum", ("draft", "sent"), default="draft"),
        ),
        ("captain:Officer?", Field("captain", "Officer", nullable=True)),
        ("tags:Tag(many)", Field("tags", "Tag", ("many",))),
        ('title:str="a, b"', Field("title", "str", ("200",), default="a, b")),
    ],
)
def test_a_notation_is_a_field(text: str, field: Field) -> None:
    """The field's own notation is read as the same field."""
    assert parse_field(text) == field
    assert parse_field(str(field)) == field


@pytest.mark.parametrize(
    ("text", "rule", "proposal"),
    [
        ("name", "expected name:type", "name:str"),
        (
            "Name:str",
            "expected lower-case ASCII letters, digits and single underscores",
            "name:str",
        ),
        ("class:str", "class is a Python keyword", "class_value:str"),
        ("l:str", "l looks like a digit", "l_value:str"),
        ("json:str", "models, schemas or drivers have a name json of their own", "json_value:str"),
        ("name:string", "expected the type str, text, int,", "name:str"),
        ("name:str:primary", "expected :index or :unique, and not :primary", "name:str:index"),
        ("name:str(0)", "expected a length of 1 to 4000", "name:str(200)"),
        ("crew:int=many", "its default is not one of its type, int", "crew:int=0"),
        ("crew:int(3)", "int takes no arguments", "crew:int"),
        ("papers:json!", "it cannot be unique or indexed", "papers:json"),
        ("code:uuid=x", "uuid has no default", "code:uuid"),
        ("state:enum", "expected values of at most 50 letters", "state:enum(draft, sent)"),
        (
            "born:date=2024-02-30",
            "its default is not one of its type, date",
            "born:date=2024-01-31",
        ),
        ("tags:Tag(many)?", "(many) goes with no mark", "tags:Tag(many)"),
        ("crew:int=3:index", ":index is written before its default", "crew:int:index=3"),
        ("crew:int=3 ? :index", "? :index is written before its default", "crew:int? :index=3"),
        ('title:str="a":index', ":index is written before its default", 'title:str:index="a"'),
        ("crew:int=3:unique", ":unique is written before its default", "crew:int!"),
        ("Crew:int=3:index", "expected lower-case ASCII letters", "crew:int:index=3"),
        ("crew:int=many:index", "its default is not one of its type, int", "crew:int=0"),
        ("parent:Tag?(cascade)", "? is written behind (cascade)", "parent:Tag(cascade)?"),
        ("name:str?:index(80)=a", "?:index is written behind (80)", "name:str(80)?:index=a"),
        (
            "entry:audit.Entry?",
            "expected the name of the model alone, or entry_id:bigint for a model of another database",
            "entry:Entry?",
        ),
        ("a\n:audit.Entry", "it has an unprintable character", "a:Entry"),
        ("owner:Officer(any)", "a reference takes (cascade) or (many)", "owner:Officer(cascade)"),
    ],
)
def test_a_refusal_proposes_a_field_that_is_accepted(text: str, rule: str, proposal: str) -> None:
    """It is one line, which names the notation and the rule."""
    with pytest.raises(Refused) as caught:
        parse_field(text)
    line = str(caught.value)
    assert line.startswith(f"the field {text!r} is refused: {rule}")
    assert line.endswith(f"; try {proposal!r}")
    parse_field(proposal)
