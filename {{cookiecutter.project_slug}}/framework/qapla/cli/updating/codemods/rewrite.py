"""Replace nodes of a module's syntax tree by source text, and leave everything else as it is."""

import ast
import io
import tokenize
from collections.abc import Mapping
from itertools import accumulate

from qapla.scaffold.layout.imports import by_kind

Node = ast.expr | ast.stmt | ast.alias


def replace(source: str, texts: Mapping[Node, str]) -> str:
    """Return the source of a module with other texts in the place of some nodes.

    Args:
        source: The source of the module.
        texts: The new text by each node; no node is inside another one.
    """
    encoded = source.encode()
    # The columns of a syntax tree count bytes.
    starts = [0, *accumulate(len(line) + 1 for line in encoded.split(b"\n"))]
    spans = [
        (
            starts[node.lineno - 1] + node.col_offset,
            starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0),
            text,
        )
        for node, text in texts.items()
    ]
    for start, end, text in sorted(spans, reverse=True):
        encoded = encoded[:start] + text.encode() + encoded[end:]
    return encoded.decode()


def has_comment(source: str, node: ast.expr) -> bool:
    """Whether there is a comment inside a node, which a replacement would lose."""
    return any(
        token.type == tokenize.COMMENT and node.lineno <= token.start[0] < (node.end_lineno or 0)
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
    )


def rename_import(statement: ast.ImportFrom, old: str, new: str) -> dict[Node, str]:
    """Return the new text of each name of an import, in which one is renamed; sorted ones stay so.

    Args:
        statement: The import, which has the old name.
        old: The old name.
        new: The new name, which the statement does not import yet.
    """
    names = [ast.unparse(alias) for alias in statement.names]
    renamed = [new if a.name == old else ast.unparse(a) for a in statement.names]
    if names == sorted(names, key=by_kind):
        renamed.sort(key=by_kind)
    return dict(zip(statement.names, renamed, strict=True))
