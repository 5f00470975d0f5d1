"""Lists of names, as they are typed."""

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.fields.parse import parse_models
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.parse import parse_databases, parse_model


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("main legacy stats", "main, legacy, stats"),
        ("main legacy(unmanaged),  stats", "main, legacy(unmanaged), stats"),
    ],
)
def test_databases_are_separated_by_commas(text: str, proposal: str) -> None:
    """The proposal has all names of a list with blanks."""
    with pytest.raises(Refused) as caught:
        parse_databases(text, "rotarran")
    assert str(caught.value) == (
        f"the list of databases {text!r} is refused: expected commas between the names; "
        f"try {proposal!r}"
    )
    assert parse_databases(proposal, "rotarran")


def test_a_blank_in_a_name_is_misspelt() -> None:
    """With commas the list would be refused too."""
    with pytest.raises(Refused, match="the database name 'my Db' is refused: expected lower-case"):
        parse_databases("main, my Db", "rotarran")


def test_a_model_without_a_database_is_of_the_first() -> None:
    """`Ship` is `main.Ship`."""
    specs = parse_models("Ship, logs.Ship", ["main", "logs"], "rotarran")
    assert [spec.name for spec in specs] == [ModelName("main", "Ship"), ModelName("logs", "Ship")]


@pytest.mark.parametrize("pair", ["Ship, Ship", "HTTPItem, HttpItem", "Matche, Match"])
def test_two_models_of_a_database_share_no_table(pair: str) -> None:
    """The second is refused, with the first that has its table; in two databases they may."""
    with pytest.raises(Refused):
        parse_models(pair, ["main"], "rotarran")
    apart = pair.replace(", ", ", logs.")
    assert len(parse_models(apart, ["main", "logs"], "rotarran")) == 2


def test_models_with_plurals_of_their_own_share_no_module() -> None:
    """Their tables differ, their modules do not."""
    with pytest.raises(Refused) as caught:
        parse_models("HTTPItem, HttpItem/others", ["main"], "rotarran")
    assert str(caught.value) == (
        "the model name 'main.HttpItem' is refused: main.HTTPItem already has the module "
        "http_item.py; try 'main.HttpItemItem'"
    )


def test_a_plural_follows_a_slash() -> None:
    """It is the name of the table."""
    model = parse_model("Octopus/octopodes", ["main"], "rotarran")
    assert (model, model.table) == (ModelName("main", "Octopus"), "octopodes")
    with pytest.raises(Refused):
        parse_models("Ship, Boat/ships", ["main"], "rotarran")


SPELLING = "expected lower-case ASCII letters, digits and single underscores between them"
OURS = "the framework has a table or a page of that name"


@pytest.mark.parametrize(
    ("plural", "rule", "answer"),
    [
        ("", SPELLING, "octopuses"),
        ("Octo-Podes", SPELLING, "octo_podes"),
        ("a/b", SPELLING, "a_b"),
        ("sch_öne", SPELLING, "octopuses"),
        ("alembic_version", OURS, "octopuses"),
        ("openapi", OURS, "octopuses"),
        ("x" * 49, "expected at most 48 characters", "octopuses"),
    ],
)
def test_a_refused_plural(plural: str, rule: str, answer: str) -> None:
    """The proposal is accepted in its place."""
    with pytest.raises(Refused) as caught:
        parse_model(f"Octopus/{plural}", ["main"], "rotarran")
    assert str(caught.value) == f"the plural {plural!r} is refused: {rule}; try {answer!r}"
    assert parse_model(f"Octopus/{answer}", ["main"], "rotarran").table == answer


def test_a_taken_plural_is_not_proposed() -> None:
    """The rules make the name of a table of the framework."""
    with pytest.raises(Refused, match="try 'my_inbox_messages'"):
        parse_model("InboxMessage/", ["main"], "rotarran")
