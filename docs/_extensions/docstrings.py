"""Docstrings of the framework as reStructuredText, whose marks in plain words are escaped."""

import re
from typing import Any

from sphinx.application import Sphinx

# A name in backticks, or a character that would be a mark outside of them.
MARK = re.compile(r"`[^`\n]*`|[*|]|(?<=\w)_(?!\w)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the extension; it runs before Napoleon, which makes marks of its own."""
    app.connect("autodoc-process-docstring", escape_marks, priority=400)
    return {"parallel_read_safe": True}


def escape_marks(
    app: Sphinx, kind: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Make code of the names in backticks, and text of every other mark."""
    lines[:] = [MARK.sub(_escaped, line) for line in lines]


def _escaped(mark: re.Match[str]) -> str:
    text = mark[0]
    return f"`{text}`" if text.startswith("`") else f"\\{text}"
