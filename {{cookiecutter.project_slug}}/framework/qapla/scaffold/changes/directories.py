"""Directories of a project that hold nothing any more."""

import shutil
from pathlib import Path


def remove_if_empty(directory: Path) -> None:
    """Remove a directory that holds nothing but bytecode; a link to one stays."""
    if directory.is_symlink() or not directory.is_dir():
        return
    if {child.name for child in directory.iterdir()} <= {"__pycache__"}:
        shutil.rmtree(directory)
