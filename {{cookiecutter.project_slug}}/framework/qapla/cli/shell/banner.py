"""The first lines of a shell."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from qapla.cli.application import place_of
from qapla.shell import APPLICATION, HELPERS, Classes

_KINDS = ("ReadDriver", "WriteDriver")


def banner(application: Any, classes: Sequence[Classes], faults: Mapping[str, str]) -> str:
    """Return the lines: the environment, then the names of each database.

    Args:
        application: The application.
        classes: The classes of each database.
        faults: The fault of each database that has no session.
    """
    width = shutil.get_terminal_size().columns
    lines = [f"{application.package}, environment {application.settings.environment}"]
    for known in classes:
        name = known.database.name
        session = faults.get(name, f"a session of {place_of(known.database)}")
        lines += [f"{name}: {session}", *_wrapped(_names_of(known), width)]
        lines += _wrapped(_renamed(known, classes), width)
    last = f"{', '.join((APPLICATION, *HELPERS))}."
    if example := next((name for known in classes for name in _usual_drivers(known)), None):
        last = f"Models have drivers, such as {example}. Further names: {last}"
    return "\n".join([*lines, *textwrap.wrap(last, width)])


def _wrapped(names: Iterable[str], width: int) -> list[str]:
    text = ", ".join(names)
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")


def _names_of(known: Classes) -> Iterator[str]:
    """Yield the names of the models, and of the drivers that are not called after one."""
    yield from known.models
    usual = set(_usual_drivers(known))
    yield from (driver for driver in known.drivers if driver not in usual)


def _usual_drivers(known: Classes) -> Iterator[str]:
    """Yield the names of the drivers that are called after a model."""
    names = (f"{model}{kind}" for model in known.models for kind in _KINDS)
    yield from (name for name in names if name in known.drivers)


def _renamed(known: Classes, classes: Sequence[Classes]) -> Iterator[str]:
    """Yield a note about each model whose own name is that of another database's model."""
    owners = {name: other.database.name for other in classes for name in other.models}
    for name, model in known.models.items():
        if name != model.__name__:
            owner = owners.get(model.__name__, "the shell")
            yield f"({model.__name__} is that of {owner})"
