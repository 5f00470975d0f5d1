"""The paths of a project, checked: a misspelt one would be ignored, and an empty one be the project's root."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from qapla.exceptions import SettingsError

KNOWN = ("root", "var", "heartbeats", "migrations")


def _refuse_empty(value: Any) -> Any:
    if value == "":
        raise PydanticCustomError("empty_path", "expected a path")
    return value


NamedPath = Annotated[Path, BeforeValidator(_refuse_empty)]


def refuse_misspelt(names: Iterable[str], source: Callable[..., str]) -> None:
    """Refuse the name of a path that is like a slip of the keyboard; a project may have names of its own.

    Args:
        names: The names of the paths.
        source: The function that names a setting in a message, by its keys.

    Raises:
        SettingsError: A name is nearly that of a path of the framework.
    """
    for name in names:
        if name in KNOWN or name.startswith("migrations_"):
            continue
        for near in get_close_matches(name, KNOWN, 1):
            raise SettingsError(f"{source('paths', name)} is unknown: the path is called {near}")
