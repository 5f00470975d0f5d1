"""The errors of the framework, one tree under `QaplaError`.

A message names the thing (database, setting, file), its fault and the command to type.
"""

from collections.abc import Iterable, Mapping, Sequence


class QaplaError(Exception):
    """Base class of the framework's errors.

    The arguments of an error are those of its class, and `__str__` makes the message of them: so an
    error can be pickled, and comes back from a Celery worker as it was.
    """

    def __str__(self) -> str:
        # KeyError and others among the bases would show the message as a quoted repr.
        return str(self.args[0]) if self.args else ""


class SettingsError(QaplaError):
    """A setting, a variable or a settings module is missing or wrong."""


class MissingSettings(SettingsError):
    """Production lacks settings, for which development has defaults.

    Args:
        faults: The fault of each setting, by the name of its variable.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(dict(faults))

    def __str__(self) -> str:
        (faults,) = self.args
        lines = [f"    {variable}: {fault}" for variable, fault in faults.items()]
        return "\n".join(["production does not use the defaults of development; set:", *lines])


class NotPrepared(QaplaError):
    """The application is used before it was prepared."""


class AlreadyPrepared(QaplaError):
    """The application was prepared for another purpose before."""


class UnknownDatabase(QaplaError, KeyError):
    """No database has the requested name; the text lists the known ones."""

    def __init__(self, name: object, known: Iterable[str]) -> None:
        super().__init__(name, list(known))

    def __str__(self) -> str:
        name, known = self.args
        return f"there is no database {name!r}; known: {', '.join(known) or 'none'}"


class DatabaseError(QaplaError):
    """A database is wrong as a whole: its server, its name or its schema."""


class DatabaseNotFound(DatabaseError):
    """A database does not exist on its server."""


class NotManaged(DatabaseError):
    """A database whose schema others own was to be created, dropped or migrated."""

    def __init__(self, database: str) -> None:
        super().__init__(database)

    def __str__(self) -> str:
        (database,) = self.args
        return (
            f"database {database!r} is not managed by this project, and is not created, dropped or "
            "migrated here: change it with the tools of its owners, and then its models"
        )


class NotDroppable(DatabaseError):
    """A database is not a test database, and is not dropped."""


class WrongDatabase(DatabaseError):
    """A connection of a test has reached a database that no run of tests has made."""


class CreationDenied(DatabaseError):
    """The role of a database may not create databases on its server."""


class DatabaseInUse(DatabaseError):
    """Another run of tests uses a test database."""


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


class MigrationRunning(DatabaseError):
    """Another process migrates a database, and nobody waits for it."""

    def __init__(self, database: str) -> None:
        super().__init__(database)

    def __str__(self) -> str:
        (database,) = self.args
        return f"database {database!r}: another process migrates it"


class NotAlive(QaplaError):
    """A process has ended, or hangs."""


class ObjectNotFound(QaplaError):
    """A model has no row with the requested id."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(model, key)
        self.model = model
        self.key = key

    def __str__(self) -> str:
        return f"{self.model} {self.key!r} does not exist"


class SeveralObjectsFound(QaplaError):
    """More than one row fits where one was requested."""

    def __init__(self, model: str, criteria: object) -> None:
        super().__init__(model, criteria)

    def __str__(self) -> str:
        model, criteria = self.args
        return f"several rows of {model} fit {criteria}: name more columns, or list them"


class UnknownAttribute(QaplaError, AttributeError):
    """A model has no such column or attribute; the text lists the known ones."""

    def __init__(self, model: str, name: object, known: Iterable[str]) -> None:
        super().__init__(model, name, list(known))

    def __str__(self) -> str:
        model, name, known = self.args
        return f"{model} has no attribute {name!r}; known: {', '.join(known)}"


class UnfitValue(QaplaError, ValueError):
    """A value does not fit the type of its column."""


class UnorderedField(QaplaError):
    """The values of a field are neither compared nor sorted."""

    def __init__(self, model: str, name: str) -> None:
        super().__init__(model, name)

    def __str__(self) -> str:
        model, name = self.args
        return (
            f"{model}.{name} is JSON or bytes, by which no rows are filtered or sorted: "
            "leave it out of the filters"
        )


class BadCursor(QaplaError, ValueError):
    """A cursor was not returned by a page of this listing."""


class StaleObject(QaplaError):
    """A row has changed since it was read."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(model, key)

    def __str__(self) -> str:
        model, key = self.args
        return f"{model} {key!r} was changed by somebody else: read it again, and repeat the change"


class Locked(QaplaError):
    """Another transaction holds the lock of a row."""

    def __init__(self, model: str, key: object) -> None:
        super().__init__(model, key)

    def __str__(self) -> str:
        model, key = self.args
        return f"{model} {key!r} is locked by somebody else: try again later"


class ReadOnly(QaplaError):
    """A read driver was asked to write."""


class ConstraintViolation(QaplaError):
    """A write violates a constraint of the database; the driver's error is the cause.

    Args:
        text: The fault, as a sentence about the model.
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
    """A row with these values exists already."""


class MissingReference(ConstraintViolation):
    """A row refers to a missing one, or is referred to by others."""


class NotNull(ConstraintViolation):
    """A column has no value, and needs one."""


class CheckFailed(ConstraintViolation):
    """A check constraint does not allow a value."""


class InvalidInput(QaplaError):
    """A request body or a query string is invalid.

    Args:
        text: The fault, as a sentence.
        faults: Each fault with its `detail`, and its place: a JSON `pointer` or a `parameter`.
    """

    def __init__(self, text: str, faults: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(text, faults)
        self.faults = [dict(fault) for fault in faults]


class UnusableFunction(QaplaError, TypeError):
    """A function cannot take a session from the decorator."""


class UnusableSignature(QaplaError, TypeError):
    """The outbox cannot keep a signature of Celery."""


class DelayTooLong(QaplaError, ValueError):
    """A task is due later than its broker keeps an unacknowledged message."""


class UnknownTask(QaplaError):
    """An outbox keeps a task that the project does not have, or no message of a task."""


class QueueMismatch(QaplaError):
    """The broker has a queue or an exchange otherwise than the settings declare it."""


class UnusableToken(QaplaError, ValueError):
    """A token cannot have a name or a permission."""


class WebError(QaplaError):
    """The web application cannot be made, as its configuration is wrong."""


class WorkerError(QaplaError):
    """A test has no worker: Celery is missing, or the process did not start."""


class IsolationError(QaplaError):
    """The sessions of a test were used in a way that one connection cannot serve."""


class AdoptionError(QaplaError):
    """Tables of an existing database cannot be made models."""


class ScaffoldError(QaplaError):
    """The scaffold cannot write the requested files."""


class Refused(ScaffoldError):
    """An answer is refused; the text has the rule, and an answer that is accepted.

    Args:
        subject: The kind of answer.
        value: The answer.
        rule: The rule that it breaks.
        answer: One that is accepted.
    """

    def __init__(self, subject: str, value: str, rule: str, answer: str) -> None:
        super().__init__(subject, value, rule, answer)
        self.answer = answer

    def __str__(self) -> str:
        subject, value, rule, answer = self.args
        return f"{subject} {value!r} is refused: {rule}; try {answer!r}"


class UpdateError(QaplaError):
    """A project cannot be updated to a version of its template; nothing of it is changed."""
