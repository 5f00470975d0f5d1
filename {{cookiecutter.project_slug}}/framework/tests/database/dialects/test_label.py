"""Labels of test databases, as their servers keep them."""

import pytest

from qapla.database.dialects.label import DIRTY, Label

HASH = "0123456789abcdef" * 4
LABELS = [
    DIRTY,
    Label(HASH),
    Label(HASH, resettable=True, fingerprint="-12 34"),
    Label(HASH, resettable=True, fingerprint="7", run="9c"),
]


@pytest.mark.parametrize("label", LABELS, ids=str)
def test_a_label_is_read_as_it_was_written(label: Label) -> None:
    """Its text has all of it."""
    assert Label.parse(str(label)) == label


@pytest.mark.parametrize("text", ["", "the data of the staging system", HASH, f"{HASH} -"])
def test_another_text_is_no_label(text: str) -> None:
    """A comment that somebody has made on a database of their own."""
    assert Label.parse(text) is None
