"""The items of a list or a dict in a module, as they stand between its brackets."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from qapla.scaffold.layout.breaking import WIDTH
from qapla.scaffold.lines import split_lines

INDENT = "    "


@dataclass(frozen=True)
class Item:
    """An item between brackets: the offsets of its start, of its end, and behind its comma."""

    start: int
    end: int
    behind: int


@dataclass(frozen=True)
class Brackets:
    """A list or a dict in a module.

    Args:
        source: The source of the module.
        start: The offset behind the opening bracket.
        end: The offset of the closing bracket.
        items: The items.
        comments: The offsets of the comments between the brackets.
    """

    source: str
    start: int
    end: int
    items: tuple[Item, ...]
    comments: tuple[int, ...]

    def append(self, new: list[str]) -> str:
        """Return the source with an item more at the end.

        Args:
            new: The lines of the new item, without a comma at its end.
        """
        if "\n" not in self.source[self.start : self.end]:
            return self._append_on_line(new)
        last = self.items[-1] if self.items else Item(self.start, self.start, self.start)
        comma = "," if self.items and last.behind == last.end else ""
        line = self.source.rfind("\n", 0, self.end) + 1
        if not self.source[line : self.end].strip():
            # The items end before the line of the closing bracket.
            between = self.source[last.end : line]
            added = f"{self._indented(new)},\n"
            return f"{self.source[: last.end]}{comma}{between}{added}{self.source[line:]}"
        kept = self.source[: last.behind] + comma
        return f"{kept}\n{self._indented(new)}{',' * (not comma)}{self.source[self.end :]}"

    def remove(self, index: int) -> str | None:
        """Return the source without an item, or None where a comment would be lost.

        Args:
            index: The number of the item.
        """
        start, end = self._line_of(self.items[index]) or self._between(index)
        if any(start <= comment < end for comment in self.comments):
            return None
        changed = self.source[:start] + self.source[end:]
        close = self.end - (end - start)
        is_empty = not changed[self.start : close].strip()
        return changed[: self.start] + changed[close:] if is_empty else changed

    def _append_on_line(self, new: list[str]) -> str:
        """Return the source with an item more, where all items stand on one line."""
        items = [self.source[item.start : item.end] for item in self.items]
        before, after = self.source[: self.start], self.source[self.end :]
        has_comma = bool(items) and self.items[-1].behind > self.items[-1].end
        together = ", ".join([*items, *new])
        width = len(self._line_before(self.start)) + len(together) + len(after.partition("\n")[0])
        if items and not has_comma and not new[1:] and width <= WIDTH:
            return f"{before}{together}{after}"
        margin = _margin(self._line_before(self.start))
        lines = [f"{margin}{INDENT}{item},\n" for item in items]
        return f"{before}\n{''.join(lines)}{self._indented(new)},\n{margin}{after}"

    def _indented(self, new: list[str]) -> str:
        """Return the lines of a new item with the indentation of the last one."""
        indent = _margin(self._line_before(self.start)) + INDENT
        for item in self.items:
            before = self._line_before(item.start)
            indent = before if not before.strip() else indent
        return "\n".join(f"{indent}{line}" for line in new)

    def _line_before(self, offset: int) -> str:
        """Return the line of an offset as far as that."""
        return self.source[self.source.rfind("\n", 0, offset) + 1 : offset]

    def _line_of(self, item: Item) -> tuple[int, int] | None:
        """Return the offsets of the lines of an item, or None where others stand there, too."""
        before, after = self._line_before(item.start), self.source[item.behind :].partition("\n")
        if before.strip() or after[0].partition("#")[0].strip() or not after[1]:
            return None
        return item.start - len(before), item.behind + len(after[0]) + 1

    def _between(self, index: int) -> tuple[int, int]:
        """Return the offsets of an item with its comma, on a line that it shares."""
        item = self.items[index]
        if index:
            return self.items[index - 1].end, item.end
        return item.start, self.items[1].start if self.items[1:] else item.behind


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def find_brackets(source: str, node: ast.List | ast.Dict) -> Brackets:
    """Return the items of a list or a dict of a module.

    Args:
        source: The source of the module.
        node: The list or the dict in its syntax tree.
    """
    tokens = [token for token in _tokens(source, node) if token.type != tokenize.NL]
    comments = tuple(token.start for token in tokens if token.type == tokenize.COMMENT)
    opening, *inside, closing = (token for token in tokens if token.type != tokenize.COMMENT)
    items = []
    part: list[_Token] = []
    for token in inside:
        if token.text == "," and token.depth == 1:
            items.append(Item(part[0].start, part[-1].end, token.end))
            part = []
        else:
            part.append(token)
    if part:
        items.append(Item(part[0].start, part[-1].end, part[-1].end))
    return Brackets(source, opening.end, closing.start, tuple(items), comments)


@dataclass(frozen=True)
class _Token:
    """A token of a module: its offsets, and how many brackets are open around it."""

    type: int
    text: str
    start: int
    end: int
    depth: int


def _tokens(source: str, node: ast.expr) -> Iterator[_Token]:
    """Yield the tokens of a list or a dict, from one bracket to the other."""
    lines = split_lines(source)
    rows = [0, *accumulate(map(len, lines))]
    # The columns of the syntax tree count bytes.
    first = (node.lineno, len(lines[node.lineno - 1].encode()[: node.col_offset].decode()))
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.start < first:
            continue
        start, end = (rows[row - 1] + column for row, column in (token.start, token.end))
        is_operator = token.type == tokenize.OP
        depth -= is_operator and token.string in ")]}"
        yield _Token(token.type, token.string, start, end, depth)
        depth += is_operator and token.string in "([{"
        if depth == 0:
            return
