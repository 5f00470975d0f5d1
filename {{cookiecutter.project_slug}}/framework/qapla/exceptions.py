"""The errors of the framework, one tree under `QaplaError`.

A message names the thing (database, setting, file), what is wrong with it and what to type.
"""

from collections.abc import Iterable


class QaplaError(Exception):
    """Be the base of every error that the framework raises on purpose.

    The arguments of an error are those of its class, and `__str__` makes the message of them: so an
    error can be pickled, and comes back from a Celery worker as what it is.
    """

    def __str__(self) -> str:
        # KeyError and others among the bases would show the message as a quoted repr.
        return str(self.args[0]) if self.args else ""


class SettingsError(QaplaError):
    """Say which setting, variable or settings module is missing or wrong."""


class NotPrepared(QaplaError):
    """Say that an application is used before one of its `run_...` methods was called."""


class AlreadyPrepared(QaplaError):
    """Say that an application was prepared for another purpose before."""


class UnknownDatabase(QaplaError, KeyError):
    """Say that a database has no such name, and list the names that there are."""

    def __init__(self, name: object, known: Iterable[str]) -> None:
        super().__init__(name, list(known))

    def __str__(self) -> str:
        name, known = self.args
        return f"there is no database {name!r}; known: {', '.join(known) or 'none'}"


class DatabaseError(QaplaError):
    """Say what is wrong with a database as a whole: its server, its name, its schema."""


class DatabaseNotFound(DatabaseError):
    """Say that a database does not exist on its server, and what to type to make it."""


class NotDroppable(DatabaseError):
    """Say that a database is not a test database, so that nothing drops it."""


class WrongDatabase(DatabaseError):
    """A connection of a test has reached a database that no run of tests has made."""


class CreationDenied(DatabaseError):
    """The role of a database may not create databases on its server."""


class DatabaseInUse(DatabaseError):
    """Say that another run of tests uses a test database, and how to have one of one's own."""


class SessionEnded(DatabaseError):
    """The request or task that a session belonged to has ended."""


class LockTimeout(DatabaseError):
    """Another process has kept the lock of a database for too long."""

    def __init__(self, lock: str, seconds: int) -> None:
        super().__init__(lock, seconds)

    def __str__(self) -> str:
        lock, seconds = self.args
        return (
            f"another process has kept the lock {lock!r} for {seconds} seconds: "
            "wait until it has ended, or end it"
        )


class ObjectNotFound(QaplaError):
    """Say that a model has no row with the id that was asked for."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(model, key)
        self.model = model
        self.key = key

    def __str__(self) -> str:
        return f"{self.model} {self.key!r} does not exist"


class SeveralObjectsFound(QaplaError):
    """Say that more than one row fits where one was asked for."""

    def __init__(self, model: str, criteria: object) -> None:
        super().__init__(model, criteria)

    def __str__(self) -> str:
        model, criteria = self.args
        return f"several rows of {model} fit {criteria}: name more columns, or list them"


class UnknownAttribute(QaplaError, AttributeError):
    """Say that a model has no such column or attribute, and list those that it has."""

    def __init__(self, model: str, name: object, known: Iterable[str]) -> None:
        super().__init__(model, name, list(known))

    def __str__(self) -> str:
        model, name, known = self.args
        return f"{model} has no attribute {name!r}; known: {', '.join(known)}"


class BadCursor(QaplaError, ValueError):
    """Say that a cursor is not one that a page of this listing has given."""


class StaleObject(QaplaError):
    """Say that somebody else has changed a row since it was read."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(model, key)

    def __str__(self) -> str:
        model, key = self.args
        return f"{model} {key!r} was changed by somebody else: read it again, and repeat the change"


class Locked(QaplaError):
    """Say that somebody else holds the lock of a row."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(model, key)

    def __str__(self) -> str:
        model, key = self.args
        return f"{model} {key!r} is locked by somebody else: try again later"


class ReadOnly(QaplaError):
    """Say that a read driver was made to write."""


class ConstraintViolation(QaplaError):
    """Say which constraint of the database a write has violated; the driver's error is the cause.

    Args:
        text: What is wrong, as a sentence about the model.
        model: The name of the model.
        constraint: The name of the constraint, or None where the database does not tell.
        columns: The columns that it is about, as far as they are known.
    """

    def __init__(
        self, text: str, model: str, constraint: str | None, columns: Iterable[str]
    ) -> None:
        super().__init__(text, model, constraint, tuple(columns))
        self.model = model
        self.constraint = constraint
        self.columns = tuple(columns)


class Duplicate(ConstraintViolation):
    """Say that a row with these values is there already."""


class MissingReference(ConstraintViolation):
    """Say that a row refers to one that is not there, or is referred to by others."""


class NotNull(ConstraintViolation):
    """Say that a column has no value, and needs one."""


class CheckFailed(ConstraintViolation):
    """Say that a value is not one that a check constraint allows."""


class UnusableFunction(QaplaError, TypeError):
    """Say that a function cannot be given a session by a decorator."""


class UnusableSignature(QaplaError, TypeError):
    """Say that the outbox cannot keep a signature of Celery, and which one it can."""


class DelayTooLong(QaplaError, ValueError):
    """A task is due later than its broker keeps an unacknowledged message."""


class UnknownTask(QaplaError):
    """An outbox keeps a task that the project does not have, or no message of a task."""


class QueueMismatch(QaplaError):
    """The broker has a queue or an exchange otherwise than the settings declare it."""


class WorkerError(QaplaError):
    """Say that a test has no worker: no Celery, or a process that did not start."""


class IsolationError(QaplaError):
    """Say that the sessions of a test were used in a way that one connection cannot serve."""


class ScaffoldError(QaplaError):
    """Say that the scaffold cannot write what it was asked to write."""


class Refused(ScaffoldError):
    """Say in one line which answer is refused, by which rule, and which answer would do."""
