"""Lists of names, as they are typed."""

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.names.model import ModelName
from qapla.scaffold.names.parse import parse_models


def test_a_model_without_a_database_is_of_the_first() -> None:
    """`Ship` is `main.Ship`."""
    assert parse_models("Ship, logs.Ship", ["main", "logs"], "rotarran") == [
        ModelName("main", "Ship"),
        ModelName("logs", "Ship"),
    ]


@pytest.mark.parametrize("pair", ["Ship, Ship", "HTTPItem, HttpItem", "Matche, Match"])
def test_two_models_of_a_database_share_no_table(pair: str) -> None:
    """The second is refused, with the first that has its table; in two databases they may."""
    with pytest.raises(Refused):
        parse_models(pair, ["main"], "rotarran")
    apart = pair.replace(", ", ", logs.")
    assert len(parse_models(apart, ["main", "logs"], "rotarran")) == 2
