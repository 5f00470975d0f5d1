"""The test fixtures of an application; those of its tasks are in `qapla.celery.testing`.

They are imported at first use: the pytest plugin is a module of this package, and a process of
pytest-xdist that runs no tests needs nothing else.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qapla.testing.factories import Factory
    from qapla.testing.fixtures import BaseApplicationFixture
    from qapla.testing.migrations import BaseMigrationTests

__all__ = ["BaseApplicationFixture", "BaseMigrationTests", "Factory"]

_MODULES = {
    "BaseApplicationFixture": "fixtures",
    "BaseMigrationTests": "migrations",
    "Factory": "factories",
}


def __getattr__(name: str) -> Any:
    """Import a class of this package when it is asked for.

    Raises:
        AttributeError: The package has no such class.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
