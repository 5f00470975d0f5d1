"""Merge a change of a rendered text into the text that its user has made of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from qapla.scaffold.layout.breaking import WIDTH, break_line
from qapla.scaffold.lines import split_lines
from qapla.scaffold.merging.tokens import merge_tokens

_Lines = tuple[str, ...]


@dataclass(frozen=True)
class Chunk:
    """Lines between two that all three texts have: as rendered before, as rendered now, and now."""

    old: _Lines
    new: _Lines
    theirs: _Lines


@dataclass(frozen=True)
class Merged:
    """A merged text, and the changes that could not be merged into it."""

    text: str
    conflicts: tuple[Chunk, ...]


def merge_lines(old: str, new: str, theirs: str) -> Merged:
    """Return a user's text with the change from an old text to a new one.

    Args:
        old: The text as it was rendered.
        new: The text as it is rendered now.
        theirs: The text of the user, made from the old one.
    """
    parts: list[str] = []
    conflicts = []
    for found in _chunks(*(split_lines(text) for text in (old, new, theirs))):
        if isinstance(found, str):
            parts.append(found)
            continue
        merged = _merge(found)
        parts += found.theirs if merged is None else merged
        if merged is None:
            conflicts.append(found)
    return Merged("".join(parts), tuple(conflicts))


def _chunks(old: list[str], new: list[str], theirs: list[str]) -> Iterator[str | Chunk]:
    """Yield the lines that all texts have, and the chunks between them."""
    in_new, in_theirs = _same_rows(old, new), _same_rows(old, theirs)
    ends = [-1, -1, -1]
    for row in [*sorted(in_new.keys() & in_theirs.keys()), len(old)]:
        rows = [row, in_new.get(row, len(new)), in_theirs.get(row, len(theirs))]
        texts = zip((old, new, theirs), ends, rows, strict=True)
        chunk = Chunk(*(tuple(lines[end + 1 : at]) for lines, end, at in texts))
        if chunk != Chunk((), (), ()):
            yield chunk
        if row < len(old):
            yield old[row]
        ends = rows


def _same_rows(one: list[str], other: list[str]) -> dict[int, int]:
    """Return the rows of another text by those of one that are the same."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return {
        block.a + i: block.b + i
        for block in blocks
        # An empty line alone is everywhere.
        if "".join(one[block.a : block.a + block.size]).strip()
        for i in range(block.size)
    }


def _merge(chunk: Chunk) -> Sequence[str] | None:
    """Return the merged lines of a chunk, or None where they contradict each other."""
    old, new, theirs = chunk.old, chunk.new, chunk.theirs
    if theirs == old:
        return new
    if new in (old, theirs):
        return theirs
    if not old:
        # Both have added lines here; the user may have typed some of the new ones.
        return new if _kept(theirs, new) == theirs else _joined(new, theirs)
    if _kept(new, old) == new and _kept(theirs, old) == theirs:
        # Both have only removed lines.
        return _kept(theirs, new)
    place = _find(old, theirs)
    if place is not None:
        return theirs[:place] + new + theirs[place + len(old) :]
    return _merge_changed(chunk)


def _kept(lines: _Lines, among: _Lines) -> _Lines:
    """Return the lines that others have too, in their order."""
    rows = SequenceMatcher(None, lines, among, autojunk=False).get_matching_blocks()
    return tuple(line for row in rows for line in lines[row.a : row.a + row.size])


def _joined(new: _Lines, theirs: _Lines) -> _Lines:
    return theirs if _find(new, theirs) is not None else new + theirs


def _find(lines: _Lines, among: _Lines) -> int | None:
    """Return the place of lines among others, or None where they are not, or twice."""
    size = len(lines)
    places = [i for i in range(len(among) - size + 1) if among[i : i + size] == lines]
    return places[0] if len(places) == 1 else None


def _merge_changed(chunk: Chunk) -> _Lines | None:
    """Return the merged lines of a chunk of which the user has changed the old lines themselves."""
    opcodes = SequenceMatcher(None, chunk.old, chunk.new, autojunk=False).get_opcodes()
    first, last = opcodes[0], opcodes[-1]
    above = chunk.new[first[3] : first[4]] if first[0] == "insert" else ()
    below = chunk.new[last[3] : last[4]] if last[0] == "insert" and last is not first else ()
    kept = chunk.new[len(above) : len(chunk.new) - len(below)]
    if not kept:
        return None
    merged = merge_tokens("".join(chunk.old), "".join(kept), "".join(chunk.theirs))
    if merged is None:
        return None
    lines = tuple(split_lines(_broken(merged, chunk.theirs)))
    if above and _find(above, lines) is None:
        lines = above + lines
    if below and _find(below, lines) is None:
        end = _end_of(chunk.old[-1], lines)
        lines = lines[:end] + below + lines[end:]
    return lines


def _broken(text: str, theirs: _Lines) -> str:
    """Return merged lines; those that have become too long are broken."""
    lines = []
    for line in split_lines(text):
        content = line.removesuffix("\n")
        is_long = len(content) > WIDTH and line not in theirs
        lines += [f"{part}\n" for part in break_line(content)] if is_long else [line]
    return "".join(lines)


def _end_of(line: str, theirs: _Lines) -> int:
    """Return the row behind the statement of the user's that begins as a line does, or the last."""
    head = re.match(r"\s*\w+", line)
    for row, other in enumerate(theirs):
        if head is not None and re.match(rf"{re.escape(head[0])}\b", other):
            opened = 0
            for end in range(row, len(theirs)):
                opened += len(re.findall(r"[(\[{]", theirs[end]))
                opened -= len(re.findall(r"[)\]}]", theirs[end]))
                if opened <= 0:
                    return end + 1
    return len(theirs)
