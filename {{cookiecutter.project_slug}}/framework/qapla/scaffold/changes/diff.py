"""Differences of files as Git shows them, which `git apply` and `patch` take."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from qapla.scaffold.lines import split_lines

_NO_NEWLINE = "\\ No newline at end of file\n"


def diff_file(path: str, old: bytes | None, new: bytes | None) -> str:
    """Return the difference of a file.

    Args:
        path: The path of the file.
        old: Its content, or None for a new file.
        new: Its new content, or None for a deleted one.
    """
    head = [f"diff --git a/{path} b/{path}\n"]
    head += ["new file mode 100644\n"] * (old is None)
    head += ["deleted file mode 100644\n"] * (new is None)
    names = (
        "/dev/null" if old is None else f"a/{path}",
        "/dev/null" if new is None else f"b/{path}",
    )
    texts = [split_lines((content or b"").decode()) for content in (old, new)]
    return "".join([*head, *_ended(unified_diff(texts[0], texts[1], *names))])


def diff_text(path: str, old: str, new: str) -> str:
    """Return the difference of two texts of a file, for its user to read."""
    names = (f"{path} (made)", f"{path} (now)")
    return "".join(_ended(unified_diff(split_lines(old), split_lines(new), *names)))


def _ended(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a difference; a note follows one that has no newline."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"
