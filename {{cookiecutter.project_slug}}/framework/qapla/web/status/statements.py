"""The statements of a request: texts without values, with their callers, counts and times."""

import re
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event

from qapla.database.connect.slow import caller_in
from qapla.database.dialects import dialect_of
from qapla.database.places.target import Instrument

# Texts and kinds of one request: a bound of the memory.
_LONGEST, _MOST = 2000, 50
_STARTED = "qapla_status_started"
# A number that is no part of a name or of a placeholder.
_NUMBER = re.compile(r"(?<![\w$:%?.])\d[\w.]*")
# Most drivers begin and end a transaction without a statement.
_TRANSACTION = re.compile(r"\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


@dataclass
class Statement:
    """A statement that a request has sent from one line, once or several times.

    Args:
        database: The name of the database.
        text: The text with its placeholders.
        caller: The file and the line that have sent it.
        count: How often it was sent.
        seconds: The time of all of them together, without the rows that were fetched later.
    """

    database: str
    text: str
    caller: str
    count: int = 0
    seconds: float = 0

    @property
    def is_repeated(self) -> bool:
        """Whether one line has sent it several times, as in a loop over rows."""
        return self.count > 1


@dataclass
class Statements:
    """The statements of one request; beyond a number of kinds they are only counted."""

    count: int = 0
    seconds: float = 0
    kinds: dict[tuple[str, str, str], Statement] = field(default_factory=dict)

    def begin(self, database: str, text: str, caller: str) -> Statement:
        """Count a statement that is sent, and return its kind."""
        self.count += 1
        key = (database, text, caller)
        statement = self.kinds.get(key) or Statement(*key)
        statement.count += 1
        if len(self.kinds) < _MOST:
            self.kinds[key] = statement
        return statement

    @property
    def listed(self) -> tuple[Statement, ...]:
        """The kinds so far, in the order of their first statements."""
        return tuple(self.kinds.values())

    @property
    def repeated(self) -> int:
        """How often the statement was sent that one line has sent most often, or 0."""
        return max((each.count for each in self.listed if each.is_repeated), default=0)


current: ContextVar[Statements | None] = ContextVar("qapla_statements", default=None)


# An application may be served several times in one process.
_listened: WeakSet[Engine] = WeakSet()


def gather(package: str, *, masked: bool) -> Instrument:
    """Return a function that listens to an engine.

    Args:
        package: The package of the project, whose lines are shown.
        masked: Whether literals in texts are left out too.
    """

    def before(
        name: str, connection: Any, cursor: Any, text: str, parameters: Any, context: Any, *_: Any
    ) -> None:
        statements = current.get()
        if statements is None or _TRANSACTION.match(text):
            return
        shown = " ".join(text.split())
        if masked:
            shown = without_literals(shown, connection.dialect.name)
        if len(shown) > _LONGEST:
            shown = f"{shown[:_LONGEST]}…"
        statement = statements.begin(name, shown, caller_in(package))
        context.__dict__[_STARTED] = (statements, statement, time.perf_counter())

    def after(
        connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool
    ) -> None:
        started = context.__dict__.pop(_STARTED, None)
        if started is not None:
            statements, statement, at = started
            elapsed = time.perf_counter() - at
            statements.seconds += elapsed
            statement.seconds += elapsed

    def listen(engine: Engine, name: str, options: dict[str, Any]) -> None:
        if engine not in _listened:
            _listened.add(engine)
            event.listen(engine, "before_cursor_execute", partial(before, name))
            event.listen(engine, "after_cursor_execute", after)

    return listen


def without_literals(text: str, backend: str) -> str:
    """Return a statement up to its first literal text, without its numbers.

    Args:
        text: The statement.
        backend: The name of the engine in SQLAlchemy: on MariaDB a text may be in double quotes.
    """
    quotes = "['\"]" if dialect_of(backend).escapes_by_backslash else r"'|\$\w*\$"
    found = re.search(quotes, text)
    if found:
        text = f"{text[: found.start()]}…"
    return _NUMBER.sub("…", text)
