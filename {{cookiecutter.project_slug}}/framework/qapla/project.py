"""The project of an application: its root directory, and the place that prepares it."""

import traceback
from importlib.util import find_spec
from pathlib import Path


def root_of(package: str) -> Path:
    """Return the root directory of a package's project: the nearest one that has an `alembic.ini`.

    An installed project is its package, as its wheel has the migrations in there.
    """
    spec = find_spec(package)
    module = Path(spec.origin) if spec and spec.origin else Path.cwd() / "unknown"
    for directory in module.resolve().parents:
        if (directory / "alembic.ini").is_file():
            return directory
    return Path.cwd()


def home_of(package: str) -> Path:
    """Return the directory of a project's `.env` and `var`.

    It is the root of a checkout. The directory of an installed project is not for its data: there it is
    the current one.
    """
    root = root_of(package)
    return Path.cwd() if is_installed(root) else root


def is_installed(root: Path) -> bool:
    """Whether the root directory of a project is the package itself."""
    return (root / "__init__.py").is_file()


def caller_of_framework() -> str:
    """Return the place outside the framework that prepares an application."""
    here = Path(__file__).parent
    for frame, line in traceback.walk_stack(None):
        if here not in Path(frame.f_code.co_filename).parents:
            return f"{frame.f_code.co_filename}, line {line}"
    return "an unknown place"
