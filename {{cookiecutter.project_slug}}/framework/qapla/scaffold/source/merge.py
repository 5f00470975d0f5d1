"""Carry a change of a rendered file over to the file as its user has changed it."""

from difflib import SequenceMatcher

from qapla.exceptions import ScaffoldError
from qapla.scaffold.source.imports import merge_imports, with_imports_of, without_imports
from qapla.scaffold.source.tree import parse


class Conflict(ScaffoldError):
    """The user has changed the lines that are to be changed."""


def merge_module(old: str, new: str, theirs: str, path: str, package: str) -> str:
    """Return a user's module with the change from an old rendering of it to a new one.

    Args:
        old: The module as it was rendered.
        new: The module as it is rendered now.
        theirs: The module of the user, made from the old one.
        path: The path of the file, for errors.
        package: The package of the project.

    Raises:
        Conflict: The user has changed the same lines; the text has those to type by hand.
        ScaffoldError: The module is not valid Python.
    """
    parse(theirs, path)
    if theirs == old:
        return new
    changed = merge(without_imports(old), without_imports(new), without_imports(theirs), path)
    merged = with_imports_of(theirs, changed)
    return merge_imports(merged, old, new, package)


def merge(old: str, new: str, theirs: str, path: str) -> str:
    """Return a user's text with the change from an old text to a new one.

    Args:
        old: The text as it was rendered.
        new: The text as it is rendered now.
        theirs: The text of the user, made from the old one.
        path: The path of the file, for errors.

    Raises:
        Conflict: The user has changed the same lines; the text has those to type by hand.
    """
    if theirs == old:
        return new
    before, after, lines = (text.splitlines(keepends=True) for text in (old, new, theirs))
    rows = _same_rows(before, lines)
    for tag, start, end, new_start, new_end in reversed(_changes(before, after)):
        replacement = after[new_start:new_end]
        if tag == "insert":
            at = _insertion(rows, start, lines)
            found = (at, at) if at is not None else None
        else:
            found = _block(rows, start, end)
        if found is None:
            raise Conflict(_by_hand(path, before[start:end], replacement))
        lines[found[0] : found[1]] = replacement
    return "".join(lines)


def _changes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [opcode for opcode in opcodes if opcode[0] != "equal"]


def _same_rows(before: list[str], theirs: list[str]) -> dict[int, int]:
    """Return the rows of the user's text by those of the old text that are the same."""
    blocks = SequenceMatcher(None, before, theirs, autojunk=False).get_matching_blocks()
    return {block.a + i: block.b + i for block in blocks for i in range(block.size)}


def _insertion(rows: dict[int, int], at: int, theirs: list[str]) -> int | None:
    """Return the row of the user's text at which lines are inserted: behind the line before them.

    Lines that the user has added there come after them.
    """
    if at == 0:
        return 0
    if at - 1 in rows:
        return rows[at - 1] + 1
    return rows.get(at)


def _block(rows: dict[int, int], start: int, end: int) -> tuple[int, int] | None:
    """Return the rows of a block that the user's text has unchanged, or None."""
    found = [rows.get(row) for row in range(start, end)]
    first = found[0]
    if first is None or found != list(range(first, first + len(found))):
        return None
    return first, first + len(found)


def _by_hand(path: str, removed: list[str], added: list[str]) -> str:
    lines = [*(f"    - {line.strip()}" for line in removed if line.strip())]
    lines += [f"    + {line.strip()}" for line in added if line.strip()]
    return "\n".join([f"{path} has other lines here: change it by hand", *lines])
