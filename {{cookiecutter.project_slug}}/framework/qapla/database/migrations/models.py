"""Import the modules of models: mappers and metadata know only the classes that were imported."""

import importlib
import pkgutil
from importlib.util import find_spec


def import_package(name: str) -> None:
    """Import a package and every module below it, except `__main__`.

    Args:
        name: The dotted name of the package, or of a plain module.
    """
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
        if not found.name.endswith(".__main__"):
            importlib.import_module(found.name)


def import_models(database: str, name: str) -> None:
    """Import the models of a database, for an application that is being prepared.

    Args:
        database: The name of the database, for the note on an error.
        name: The dotted name of the package of its models.
    """
    try:
        import_package(name)
    except Exception as error:
        error.add_note(f"while the models of database {database!r} were imported from {name}")
        raise


def is_package(name: str) -> bool:
    """Whether a module or package of this dotted name can be found; imports its parents."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError as error:
        # A missing parent. A module that is missing in a parent that is there is an error of its own.
        if not f"{name}.".startswith(f"{error.name}."):
            raise
        return False
