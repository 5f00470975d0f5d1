"""Merge a change into a few lines of code that their user has changed, or laid out otherwise."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# Strings, words and signs; the blanks between them say nothing.
_TOKEN = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#[^\n]*|\w+|[^\w\s]""")

_SIGN = re.compile(r"[^\w\s\"']")


@dataclass(frozen=True)
class _Code:
    """Code, with its tokens and their offsets."""

    text: str
    tokens: list[str]
    spans: list[tuple[int, int]]

    def end(self, index: int) -> int:
        """Return the offset behind the token before an index."""
        return self.spans[index - 1][1] if index else 0


def merge_tokens(old: str, new: str, theirs: str) -> str | None:
    """Return a user's lines with the change from old lines to new ones, or None where it cannot be.

    Args:
        old: The lines as they were rendered.
        new: The lines as they are rendered now.
        theirs: The lines of the user, made from the old ones.
    """
    before, after, code = (_code(text) for text in (old, new, theirs))
    same = _same(before.tokens, code.tokens)
    text = theirs
    changes = SequenceMatcher(None, before.tokens, after.tokens, autojunk=False).get_opcodes()
    for tag, start, end, new_start, new_end in reversed(changes):
        run = after.tokens[new_start:new_end]
        if tag == "equal" or _is_made(code, same, start, before.tokens[start:end], run):
            continue
        added = after.text[after.end(new_start) : after.end(new_end)] if run else ""
        place = _block(code, same, start, end) if end > start else _insertion(code, same, start)
        # A line that is added may not cut one of the user's in two.
        if place is None or "\n" in added:
            return None
        text = text[: place[0]] + added + text[place[1] :]
    return text


def _code(text: str) -> _Code:
    found = list(_TOKEN.finditer(text))
    return _Code(text, [match[0] for match in found], [match.span() for match in found])


def _same(before: list[str], theirs: list[str]) -> dict[int, int]:
    """Return the tokens of the user's code by those of the old code that are the same."""
    blocks = SequenceMatcher(None, before, theirs, autojunk=False).get_matching_blocks()
    return {block.a + i: block.b + i for block in blocks for i in range(block.size)}


def _is_made(
    code: _Code, same: dict[int, int], start: int, gone: list[str], come: list[str]
) -> bool:
    """Whether the user has made a change already: of the tokens between two others."""
    first = same.get(start - 1, -1 if start == 0 else None)
    if first is None:
        return False
    between = code.tokens[first + 1 : same.get(start + len(gone), len(code.tokens))]
    if gone and come:
        return between == come
    if gone:
        return not any(token in between for token in gone if not _SIGN.fullmatch(token))
    return any(between[i : i + len(come)] == come for i in range(len(between)))


def _insertion(code: _Code, same: dict[int, int], at: int) -> tuple[int, int] | None:
    """Return the offsets behind the token before an insertion, or in front of the one behind it."""
    if at - 1 in same:
        offset = code.end(same[at - 1] + 1)
    elif at in same:
        offset = code.end(same[at])
    else:
        return None
    return offset, offset


def _block(code: _Code, same: dict[int, int], start: int, end: int) -> tuple[int, int] | None:
    """Return the offsets of old tokens, with the blanks before them, that the user has unchanged."""
    rows = [same.get(index) for index in range(start, end)]
    first = rows[0]
    if first is None or rows != list(range(first, first + len(rows))):
        return None
    return code.end(first), code.end(first + len(rows))
