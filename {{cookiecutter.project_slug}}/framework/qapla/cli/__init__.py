"""The command of a project: `uv run qapla`."""

from qapla.cli.main import main

__all__ = ["main"]
