"""The commands and the code of documents."""

import re
from pathlib import Path

from baking import succeed


def commands(document: Path) -> list[str]:
    """Return the commands of a document, in their order."""
    return [line for block in blocks(document, "sh") for line in block.splitlines()]


def blocks(document: Path, language: str) -> list[str]:
    """Return the blocks of a language in a document, in their order."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return fence.findall(document.read_text(encoding="utf-8"))


def shell(command: str, directory: Path) -> str:
    """Run a line as a shell would."""
    return succeed(["bash", "-c", command], directory)
