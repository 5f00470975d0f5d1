"""Add a model to a project, and die by a signal at the n-th write: `add_and_die.py ROOT N SIGNAL`."""

import os
import sys
from pathlib import Path

from qapla.scaffold.additions.model import add_model
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project

root, last, number = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
write_bytes = Path.write_bytes
writes = 0


def dying(path: Path, content: bytes) -> int:
    """Write a part of the n-th content, and end the process."""
    global writes
    writes += 1
    if writes == last:
        write_bytes(path, content[: len(content) // 2])
        os.kill(os.getpid(), number)
    return write_bytes(path, content)


Path.write_bytes = dying  # type: ignore[method-assign,assignment]
project = Project(root, "rotarran")
add_model(project, parse_spec("main.Officer(name:str)", ["main"], "rotarran"))
project.changes.apply()
