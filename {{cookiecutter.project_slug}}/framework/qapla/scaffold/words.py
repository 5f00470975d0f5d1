"""Words in the messages and the code that people read."""

from collections.abc import Sequence


def listed(words: Sequence[object]) -> str:
    """Return words as a sentence lists them: `a, b and c`."""
    *first, last = map(str, words)
    return f"{', '.join(first)} and {last}" if first else last
