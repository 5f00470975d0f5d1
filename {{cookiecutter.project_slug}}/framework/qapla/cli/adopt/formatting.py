"""Format source text by the settings of the project, as Ruff does."""

import subprocess
import sys
from pathlib import Path

from qapla.exceptions import AdoptionError

_COMMANDS = (
    ("check", "--fix-only", "--quiet", "--select", "I"),
    ("format", "--quiet"),
)


def formatted(source: str, path: Path) -> str:
    """Return source text with its imports sorted, and laid out.

    Args:
        source: The text.
        path: The file that it is for, whose settings hold.

    Raises:
        AdoptionError: Ruff is not installed, or its settings are wrong.
    """
    for command in _COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"],
            input=source,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if "No module named ruff" in done.stderr:
            raise AdoptionError("adopting tables needs the package ruff: type `uv add --dev ruff`")
        if done.returncode:
            raise AdoptionError(f"{path} cannot be formatted: {' '.join(done.stderr.split())}")
        source = done.stdout
    return source
