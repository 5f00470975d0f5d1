"""The project of an application: its root directory, its logging, and the place that prepares it."""

import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qapla.exceptions import SettingsError


def root_of(package: str) -> Path:
    """Return the root directory of a package's project: the nearest one that has an `alembic.ini`."""
    spec = find_spec(package)
    module = Path(spec.origin) if spec and spec.origin else Path.cwd() / "unknown"
    for directory in module.resolve().parents:
        if (directory / "alembic.ini").is_file():
            return directory
    return Path.cwd()


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
