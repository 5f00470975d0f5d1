"""Words that SQL reserves, as fields and as tables."""

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.names.parse import parse_model


def test_a_word_that_sqlalchemy_quotes_is_a_field() -> None:
    """`order` is reserved on each engine, and quoted there."""
    assert parse_field("order:int").name == "order"


def test_a_word_that_sqlalchemy_does_not_quote_is_no_field() -> None:
    """SQLite would find a syntax error in the migration."""
    with pytest.raises(Refused) as caught:
        parse_field("returning:int")
    assert str(caught.value) == (
        "the field 'returning:int' is refused: returning is a reserved word of SQL; "
        "try 'returning_value:int'"
    )


def test_such_a_word_is_no_table() -> None:
    """A plural that is named for a model is its table."""
    with pytest.raises(Refused) as caught:
        parse_model("Sum/value", ["main"], "rotarran")
    assert str(caught.value) == (
        "the plural 'value' is refused: it is a reserved word of SQL; try 'value_rows'"
    )
