"""The tutorial works as it stands: each command, each file and each output."""

import re
from pathlib import Path

import pytest
from tutorial import TUTORIAL, Reader, blocks_of, pages


@pytest.mark.parametrize("page", pages())
def test_every_block_is_typed_or_expected(page: str) -> None:
    """No block escapes the reader by its language."""
    fences = re.findall(r"^```", (TUTORIAL / f"{page}.md").read_text(), re.MULTILINE)
    assert len(fences) == 2 * len(blocks_of(page)) > 0


def test_the_tutorial_in_its_order(template: Path, workplace: Path) -> None:
    """From an empty directory to a server in production."""
    (directory := workplace / "tutorial").mkdir()
    reader = Reader(template, directory)
    for page in pages():
        reader.work_through(page)
    expected = [block for page in pages() for block in blocks_of(page) if block.language == "text"]
    assert reader.outputs == len(expected) > 8
