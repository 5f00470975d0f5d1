"""Names that are made from those of a database."""

import inflect
import pytest

from qapla.cli.adopt.names import attribute_name, class_name, module_name

SINGULAR = inflect.engine().singular_noun


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("ships", "Ship"),
        ("ship_tags", "ShipTag"),
        ("OrderStatuses", "OrderStatus"),
        ("SHIP_ORDERS", "ShipOrder"),
        ("HTTPServers", "HTTPServer"),
        ("order-items", "OrderItem"),
        ("addresses", "Address"),
        ("address", "Address"),
        ("status", "Status"),
        ("analysis", "Analysis"),
        ("people", "Person"),
        ("data", "Data"),
        ("größen", "Grossen"),
        # Names that Python, pytest, SQLAlchemy or the module itself need.
        ("class", "DbClass"),
        ("test_results", "DbTestResult"),
        ("texts", "DbText"),
        ("models", "DbModel"),
        ("exceptions", "DbException"),
        ("2023 sales", "Db2023Sale"),
        ("日本", "DbTable"),
    ],
)
def test_a_class_is_called_after_a_row(table: str, name: str) -> None:
    """In CamelCase, and by no name that is needed otherwise."""
    assert class_name(table, (), SINGULAR) == name


def test_two_tables_of_one_name() -> None:
    """The second class has a number."""
    assert class_name("user", {"User"}, SINGULAR) == "User2"
    assert class_name("users", {"User", "User2"}, SINGULAR) == "User3"
    assert module_name("ShipTag2") == "ship_tag2"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("name", "name"),
        ("userId", "user_id"),
        ("ID", "id"),
        ("with space", "with_space"),
        ("1st", "column_1st"),
        ("größe", "grosse"),
        ("__very", "very"),
        ("日本", "column"),
        ("date", "date"),
        # Keywords, attributes of the base, and names that the body of the class uses.
        ("class", "class_"),
        ("metadata", "metadata_"),
        ("registry", "registry_"),
        ("str", "str_"),
        ("datetime", "datetime_"),
        ("text", "text_"),
        ("self", "self_"),
    ],
)
def test_an_attribute_hides_nothing(column: str, name: str) -> None:
    """In small letters, whatever the column is called."""
    assert attribute_name(column, ()) == name


def test_two_columns_of_one_name() -> None:
    """The second attribute has an underscore, and the third a number."""
    assert attribute_name("userId", {"user_id"}) == "user_id_"
    assert attribute_name("user id", {"user_id", "user_id_"}) == "user_id_2"
