"""The project of an application: its root directory, and the place that prepares it."""

import traceback
from importlib.util import find_spec
from pathlib import Path


def root_of(package: str) -> Path:
    """Return the root directory of a package's project: the nearest one that has an `alembic.ini`."""
    spec = find_spec(package)
    module = Path(spec.origin) if spec and spec.origin else Path.cwd() / "unknown"
    for directory in module.resolve().parents:
        if (directory / "alembic.ini").is_file():
            return directory
    return Path.cwd()


def caller_of_framework() -> str:
    """Return the place outside the framework that prepares an application."""
    here = Path(__file__).parent
    for frame, line in traceback.walk_stack(None):
        if here not in Path(frame.f_code.co_filename).parents:
            return f"{frame.f_code.co_filename}, line {line}"
    return "an unknown place"
