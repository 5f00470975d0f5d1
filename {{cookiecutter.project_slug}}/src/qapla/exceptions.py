"""The errors of the framework, one tree under `QaplaError`.

A message names the thing (database, setting, file), what is wrong with it and what to type.
"""

from collections.abc import Iterable


class QaplaError(Exception):
    """Be the base of every error that the framework raises on purpose."""

    def __str__(self) -> str:
        # KeyError and others among the bases would show the message as a quoted repr.
        return " ".join(str(arg) for arg in self.args)


class SettingsError(QaplaError):
    """Say which setting, variable or settings module is missing or wrong."""


class NotPrepared(QaplaError):
    """Say that an application is used before one of its `run_...` methods was called."""


class AlreadyPrepared(QaplaError):
    """Say that an application was prepared for another purpose before."""


class UnknownDatabase(QaplaError, KeyError):
    """Say that a database has no such name, and list the names that there are."""

    def __init__(self, name: object, known: Iterable[str]) -> None:
        super().__init__(f"there is no database {name!r}; known: {', '.join(known) or 'none'}")


class DatabaseError(QaplaError):
    """Say what is wrong with a database as a whole: its server, its name, its schema."""


class DatabaseNotFound(DatabaseError):
    """Say that a database does not exist on its server, and what to type to make it."""


class NotDroppable(DatabaseError):
    """Say that a database is not a test database, so that nothing drops it."""


class ObjectNotFound(QaplaError):
    """Say that a model has no row with the id that was asked for."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(f"{model} {key!r} does not exist")
        self.model = model
        self.key = key


class UnusableFunction(QaplaError, TypeError):
    """Say that a function cannot be given a session by a decorator."""


class IsolationError(QaplaError):
    """Say that the sessions of a test were used in a way that one connection cannot serve."""


class ScaffoldError(QaplaError):
    """Say that the scaffold cannot write what it was asked to write."""


class Refused(ScaffoldError):
    """Say in one line which answer is refused, by which rule, and which answer would do."""
