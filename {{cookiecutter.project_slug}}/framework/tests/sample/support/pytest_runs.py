"""The output of a run within a test."""

from pathlib import Path

import pytest


def problems(result: pytest.RunResult) -> list[str]:
    """Return the lines of a run about a database, without the directory of its module."""
    lines = [line.removeprefix("E").strip() for line in result.outlines]
    found = [line for line in lines if "database 'main':" in line]
    return [
        " ".join(Path(word).name if "/" in word else word for word in line.split())
        for line in found
    ]
