"""Names that a model leaves out by the `info` of its table."""

from sqlalchemy import Column, Integer, MetaData, Table

from qapla.database.migrations.autogenerate.left_out import leave_out, left_out


def test_names_are_added() -> None:
    """They are in order, each one once."""
    table = Table("ships", MetaData(), Column("id", Integer))
    leave_out(table, set())
    assert table.info == {}
    leave_out(table, {"place", "code"})
    leave_out(table, {"code", "area"})
    assert table.info == {"left_out": ["area", "code", "place"]}


def test_a_column_that_was_added_by_hand() -> None:
    """It is compared again, though the list has it still."""
    info = {"left_out": ["code", "place"]}
    table = Table("ships", MetaData(), Column("place", Integer), info=info)
    assert left_out(table) == {"code"}
