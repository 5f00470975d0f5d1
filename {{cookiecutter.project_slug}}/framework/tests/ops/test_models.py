"""The models of a database."""

from qapla.ops.models import models_of

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main import outbox
from qapla_sample.databases.main.ship import Ship


def test_models_are_those_of_the_package(sample: SampleApplication) -> None:
    """By their names, with every table; those of another database are not among them."""
    found = models_of(sample.dbs["main"])
    classes = [mapper.class_ for mapper in found.mappers]
    assert classes == [outbox.InboxMessage, outbox.OutboxMessage, Ship]
    names = [table.name for table in found.tables]
    assert names == ["inbox_messages", "outbox_messages", "ships"]
    assert [mapper.class_.__name__ for mapper in models_of(sample.dbs["analytics"]).mappers] == [
        "Event"
    ]
