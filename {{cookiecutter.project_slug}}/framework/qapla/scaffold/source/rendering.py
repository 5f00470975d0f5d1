"""Render blueprints. Each lies where its file goes, and words in its path stand for names."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from qapla.scaffold.layout.breaking import lay_out
from qapla.scaffold.layout.known import complete_imports

BLUEPRINTS = Path(__file__).parent.parent / "blueprints"

_environment = Environment(  # noqa: S701 (Python, not HTML)
    loader=FileSystemLoader(BLUEPRINTS),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    # Blueprints do not change while a process stamps: each is looked at once.
    auto_reload=False,
)
_environment.filters["capitalized"] = lambda text: text[:1].upper() + text[1:]


def keep_compiled(directory: Path) -> None:
    """Keep the compiled blueprints in a directory, so that the next process need not compile them."""
    _environment.bytecode_cache = FileSystemBytecodeCache(str(directory))


def render(
    addition: str, paths: Iterable[str], words: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, str]:
    """Return the texts of new files by their paths in the project.

    Args:
        addition: The directory of the blueprints.
        paths: The paths of the blueprints below it, such as `src/package/databases/model.py`.
        words: The names that the words of a path stand for: `{"model": "ship"}`.
        values: The variables of the blueprints.
    """
    texts = {}
    for path in paths:
        text = _environment.get_template(f"{addition}/{path}.jinja").render(values)
        if path.endswith(".py"):
            text = lay_out(complete_imports(text.rstrip() + "\n", words["package"]))
        texts[destination(path, words)] = text
    return texts


def destination(path: str, words: Mapping[str, str]) -> str:
    """Return a blueprint's path in the project: `test_model.py` becomes `test_ship.py`."""
    pattern = rf"(?<![a-z])({'|'.join(words)})(?![a-z])"
    return re.sub(pattern, lambda match: words[match[1]], path)
