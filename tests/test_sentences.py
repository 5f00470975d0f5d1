"""The sentences of a project: none is stamped over two models or databases."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from baking import Bake

# Alembic's own template repeats these in each revision.
REPEATED = {"Upgrade the schema", "Downgrade the schema"}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def sentences(path: Path) -> Iterator[str]:
    """Yield the sentences of a module's docstrings and comments."""
    source = path.read_text(encoding="utf-8")
    texts = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, DOCUMENTED)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    texts += [token.string for token in tokens if token.type == tokenize.COMMENT]
    for text in texts:
        for sentence in re.split(r"\.\s|\n\n", f"{text} "):
            if " " in sentence.strip():
                yield " ".join(sentence.split()).rstrip(".")


def test_no_sentence_is_stamped_twice(bake: Bake) -> None:
    """Models and databases are called by their names."""
    project, _ = bake("four databases")
    found = Counter(
        sentence
        for directory in ("src", "tests", "migrations")
        for path in (project / directory).rglob("*.py")
        for sentence in sentences(path)
        if not sentence.startswith(("Revises:", "Revision ID:", "Raises:"))
    )
    assert len(found) > 50
    assert {sentence for sentence, times in found.items() if times > 1} == REPEATED
