"""The rules of the names."""

import keyword
import re

import pytest

from qapla.exceptions import Refused
from qapla.scaffold.names.parse import parse_model
from qapla.scaffold.names.rules import check_database, check_package


@pytest.mark.parametrize("name", [*keyword.kwlist, *keyword.softkwlist, "type"])
def test_a_keyword_is_no_name(name: str) -> None:
    """Keywords, the soft ones too, are refused for databases and packages, on every Python."""
    with pytest.raises(Refused):
        check_database(name, "rotarran")
    with pytest.raises(Refused):
        check_package(name)


@pytest.mark.parametrize("name", ["main", "a", "pg_1", "ship2", "database", "d" * 31])
def test_good_names_of_databases(name: str) -> None:
    """Letters, digits and single underscores make a name."""
    assert check_database(name, "rotarran") == name


def test_every_name_that_is_made_of_a_database_fits() -> None:
    """The longest name that PostgreSQL would cut is refused, and the one before it is not."""
    longest = "d" * (63 - len("rotarran__test_template_01234567"))
    assert check_database(longest, "rotarran") == longest
    with pytest.raises(Refused, match="63 bytes"):
        check_database(longest + "d", "rotarran")


BAD_DATABASES = ["Main", "my-db", "_a", "a_", "a__b", "1a", "größe", "a b", "", "x" * 50, "url"]
BAD_PACKAGES = ["My Project", "9", "-", "json", "pytest", "qapla", "class", "a" * 80, "Ünï"]
BAD_MODELS = ["item", "My_Item", "Gerät", "other.Item", "Class", "TestA", "Session", "M" * 60, "1A"]
BAD_MODELS += ["item/things", "InboxMessage"]


@pytest.mark.parametrize("name", BAD_DATABASES)
def test_a_refusal_proposes_an_accepted_database(name: str) -> None:
    """The proposal passes the same check."""
    with pytest.raises(Refused) as caught:
        check_database(name, "rotarran")
    assert check_database(_proposed(caught.value), "rotarran")


@pytest.mark.parametrize("name", BAD_PACKAGES)
def test_a_refusal_proposes_an_accepted_package(name: str) -> None:
    """The proposal passes the same check."""
    with pytest.raises(Refused) as caught:
        check_package(name)
    assert check_package(_proposed(caught.value))


@pytest.mark.parametrize("name", BAD_MODELS)
def test_a_refusal_proposes_an_accepted_model(name: str) -> None:
    """The proposal passes the same check."""
    with pytest.raises(Refused) as caught:
        parse_model(name, ["main"], "rotarran")
    assert parse_model(_proposed(caught.value), ["main"], "rotarran")


def _proposed(refused: Refused) -> str:
    """Return the answer that a refusal proposes."""
    found = re.search(r"; try '([^']*)'$", str(refused))
    assert found is not None, refused
    return found[1]
