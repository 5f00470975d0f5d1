"""The project of an application: its root directory, its logging, and the place that prepares it."""

import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qapla.exceptions import SettingsError


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


def configure_logging(logging_settings: dict[str, Any]) -> None:
    """Configure logging by the dict of the settings.

    Raises:
        SettingsError: The dict is wrong.
    """
    # Imported here, as a run of tests does without it.
    import logging.config

    try:
        logging.config.dictConfig(logging_settings)
    except (AttributeError, ImportError, TypeError, ValueError) as error:
        reason = error.__cause__ or error
        raise SettingsError(f"the setting logging is wrong: {reason}") from error


def caller_of_framework() -> str:
    """Return the place outside the framework that prepares an application."""
    here = Path(__file__).parent
    for frame, line in traceback.walk_stack(None):
        if here not in Path(frame.f_code.co_filename).parents:
            return f"{frame.f_code.co_filename}, line {line}"
    return "an unknown place"
