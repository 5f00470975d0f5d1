"""The lines of a text.

`str.splitlines` also ends a line at a form feed and at separators of Unicode, which end no line for
Python and Git.
"""

from io import StringIO


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, each with the newline at its end; the last may have none."""
    return list(StringIO(text))
